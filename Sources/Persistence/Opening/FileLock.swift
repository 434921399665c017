import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to serve a database, held on a file beside it. The system takes it back when the process ends, however it
/// ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Throws: `StoreOpenError.inUse` or `.unwritable`, at once.
    init(besideDatabase path: String) throws(StoreOpenError) {
        let opened = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .unwritable(path: path, detail: String(cString: strerror(errno))) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            throw code == EWOULDBLOCK
                ? .inUse(path: path) : .unwritable(path: path, detail: String(cString: strerror(code)))
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
