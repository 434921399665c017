import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database that is only read, also where nothing can be written: a snapshot of the disk, another user's folder.
struct ReadOnlyDatabase {
    let file: DatabaseFile

    init(path: String) { file = DatabaseFile(path: path) }

    /// What SQLite is given for a path. SQLite writes beside the file even to read it, but for a database that it is
    /// told never to change; and one does not where nobody can write and no server has left its log.
    var location: String {
        let hasCompanion = DatabaseFile(path: "\(file.path)-shm").size != nil || file.hasLog
        guard !hasCompanion, isInFolderThatCannotBeWritten else { return file.path }
        return "file:\(Self.escaped(file.path))?immutable=1"
    }

    func open(cache kibibytes: Int) throws -> DatabaseQueue {
        try DatabaseQueue(path: location, configuration: ConnectionSettings.reader(cache: kibibytes))
    }

    func explain(_ error: any Error) -> StoreOpenError {
        let explained = file.explain(error, isRead: true)
        if case .unreadable = explained, error is DatabaseError, file.hasLog, isInFolderThatCannotBeWritten {
            return .logNeedsWriting(path: file.path)
        }
        return explained
    }

    private var isInFolderThatCannotBeWritten: Bool { access(NewFile.folder(of: file.path), W_OK) != 0 }

    /// As a part of a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            let isPlain = byte < 0x80 && !"%?# ".utf8.contains(byte)
            if isPlain {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }
}
