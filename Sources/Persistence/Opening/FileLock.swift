import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to use a file alone, held on the file itself. The system takes it back when the process ends, however it
/// ends.
final class FileLock: Sendable {
    enum Refusal: Error {
        /// Somebody else has it.
        case held
        case system(Int32)
    }

    let path: String
    let identity: FileIdentity
    private let descriptor: Mutex<Int32>

    /// The right to serve a database, on a file beside it.
    /// - Throws: `StoreOpenError.inUse` or `.unwritable`, at once.
    convenience init(besideDatabase path: String) throws(StoreOpenError) {
        do {
            try self.init("\(path).lock", opening: O_RDWR | O_CREAT)
        } catch {
            switch error {
            case .held: throw .inUse(path: path)
            case .system(let code): throw .unwritable(path: path, errno: code)
            }
        }
        // Removed between its opening and its locking, it keeps nobody out.
        guard isInPlace else { throw .inUse(path: path) }
    }

    /// - Parameter flags: of `open`.
    init(_ path: String, opening flags: Int32) throws(Refusal) {
        let opened = open(path, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .system(errno) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0, let identity = FileIdentity(descriptor: opened) else {
            let code = errno
            close(opened)
            throw code == EWOULDBLOCK ? .held : .system(code)
        }
        self.path = path
        self.identity = identity
        descriptor = Mutex(opened)
    }

    deinit { release() }

    /// Whether the file still has the name by which others find it.
    var isInPlace: Bool { FileIdentity(path: path) == identity }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
