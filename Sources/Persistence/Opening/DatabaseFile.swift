import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database as a file: what can be told of it before anything is changed.
struct DatabaseFile {
    let path: String

    /// nil if there is no file.
    private var size: Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    private var isFolder: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    var exists: Bool { size != nil }
    private var hasLog: Bool { (DatabaseFile(path: "\(path)-wal").size ?? 0) > 0 }
    /// What SQLite undoes at the next opening, because the power went while the file was made.
    private var hasJournal: Bool { (DatabaseFile(path: "\(path)-journal").size ?? 0) > 0 }

    /// Makes an empty file that only this user reads, unless there is one: SQLite would make one that all may read, and
    /// gives its own files beside it the same permissions.
    func makePrivate() throws(StoreOpenError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .unwritable(path: path, detail: String(cString: strerror(errno)))
        }
    }

    /// Looks at the first bytes, before SQLite does.
    func checkHeader() throws(StoreOpenError) {
        guard !isFolder else { throw .unwritable(path: path, detail: "it is a folder") }
        guard let size, size > 0 else { return }
        let header = firstBytes(100)
        let isWhole = header.starts(with: Array("SQLite format 3\0".utf8)) && header.count == 100
        if hasLog, isWhole, header[18] == 1 {
            throw .leftoverLog(path: path)
        }
        // With a log or a journal, the file itself may be half-written: SQLite mends it from there.
        guard !hasLog, !hasJournal else { return }
        guard isWhole else { throw .notADatabase(path: path) }
        let pageSize = header[16...17].reduce(0) { $0 << 8 | Int($1) }
        let pages = header[28...31].reduce(0) { $0 << 8 | Int($1) }
        guard pages * (pageSize == 1 ? 65_536 : pageSize) <= size else {
            throw .damaged(path: path, detail: "the file is shorter than its header says")
        }
    }

    /// Reads every page of a database that is small enough for it to take no time worth mentioning, and compares the
    /// indexes with their tables. A damaged page of a larger one is met by whoever reads it, and by the next backup.
    func checkPages(_ database: Database) throws {
        guard isSmall else { return }
        try checkAllPages(database)
    }

    /// Reads every page, however many there are; the indexes are compared with their tables only while that is quick.
    func checkAllPages(_ database: Database) throws {
        let check = isSmall ? "integrity_check" : "quick_check"
        let found = try String.fetchOne(database, sql: "PRAGMA \(check)(1)") ?? "it cannot be checked"
        guard found == "ok" else {
            let detail = found.split(separator: "\n").last.map(String.init) ?? found
            throw StoreOpenError.damaged(path: path, detail: detail)
        }
    }

    /// 64 MiB take about half a second.
    private var isSmall: Bool { (size ?? 0) <= 64 << 20 }

    private func firstBytes(_ count: Int) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = fread(&bytes, 1, count, file)
        return Array(bytes.prefix(read))
    }

    /// Whose database it is, and of which version.
    /// - Parameter isComplete: whether every table, index and trigger of the newest version has to be there.
    /// - Returns: the schema's version; 0 for an empty database.
    func checkSchema(_ database: Database, isComplete: Bool = true) throws -> Int {
        let version = try Schema.version(of: database)
        let parts = try Schema.parts(of: database)
        let isOurs = try Schema.applicationID(of: database) == Schema.applicationID
        guard isOurs || (parts.isEmpty && version == 0) else { throw StoreOpenError.foreign(path: path) }
        guard version <= Schema.newestVersion else {
            throw StoreOpenError.newer(path: path, found: version, known: Schema.newestVersion)
        }
        if isComplete, version == Schema.newestVersion, let lost = try Schema.expectedParts().subtracting(parts).min() {
            throw StoreOpenError.damaged(path: path, detail: "\(lost) is missing")
        }
        return version
    }

    /// What an error of SQLite's means to somebody who opens the database.
    func explain(_ error: any Error) -> StoreOpenError {
        switch error {
        case let error as StoreOpenError: return error
        case let error as DatabaseError:
            let detail = error.message ?? "SQLite code \(error.resultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_NOTADB: return .notADatabase(path: path)
            case .SQLITE_CORRUPT: return .damaged(path: path, detail: detail)
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_FULL, .SQLITE_IOERR:
                return .unwritable(path: path, detail: detail)
            default: return .failed(path: path, detail: detail)
            }
        default: return .failed(path: path, detail: "\(error)")
        }
    }
}
