import GRDB
import GRDBSQLite

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

    var log: String { "\(path)-wal" }

    /// nil if there is no file.
    var size: Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    var hasLog: Bool { (DatabaseFile(path: log).size ?? 0) > 0 }
    /// What SQLite undoes at the next opening, because the power went while the file was made.
    var hasJournal: Bool { (DatabaseFile(path: "\(path)-journal").size ?? 0) > 0 }

    /// Looks for the file, and at its first bytes, before SQLite does.
    /// - Returns: false if there is none, nor a sign that there was one.
    /// - Throws: `StoreOpenError` if what is there cannot be read or is no database, also if it is what is left of one.
    func isThere() throws(StoreOpenError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code == ENOENT else { throw .unreadable(path: path, detail: SystemFault.text(code)) }
            guard lstat(path, &status) != 0 else {
                throw .unreadable(path: path, detail: "it is a link to a file that is not there")
            }
            guard !hasLog else { throw .onlyLog(path: path) }
            return false
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: try checkHeader(size: Int(status.st_size))
        case S_IFDIR: throw .failed(path: path, detail: "it is a folder")
        default: throw .failed(path: path, detail: "it is no file")
        }
        return true
    }

    /// As `isThere`, for those who make none.
    func requireThere() throws(StoreOpenError) {
        guard try isThere() else { throw .missing(path: path) }
    }

    private func checkHeader(size: Int) throws(StoreOpenError) {
        guard size > 0 else { throw hasLog ? .onlyLog(path: path) : .empty(path: path) }
        let header = try firstBytes(100)
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

    private func firstBytes(_ count: Int) throws(StoreOpenError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw .unreadable(path: path, detail: SystemFault.text(errno)) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = fread(&bytes, 1, count, file)
        guard ferror(file) == 0 else { throw .unreadable(path: path, detail: SystemFault.text(errno)) }
        return Array(bytes.prefix(read))
    }

    /// What an error of SQLite's means to somebody who opens the database.
    /// - Parameter isRead: whether it is opened only to be read.
    func explain(_ error: any Error, isRead: Bool = false) -> StoreOpenError {
        switch error {
        case let error as StoreOpenError: return error
        case let error as DatabaseError:
            let detail = Self.detail(error)
            switch error.resultCode.primaryResultCode {
            case .SQLITE_NOTADB: return .notADatabase(path: path)
            case .SQLITE_CORRUPT: return .damaged(path: path, detail: detail)
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_FULL, .SQLITE_IOERR:
                return isRead ? .unreadable(path: path, detail: detail) : .unwritable(path: path, detail: detail)
            default: return .failed(path: path, detail: detail)
            }
        default: return .failed(path: path, detail: "\(error)")
        }
    }

    /// SQLite's own words, which a copy's connection does not always have.
    private static func detail(_ error: DatabaseError) -> String {
        if error.resultCode.primaryResultCode == .SQLITE_FULL { return SystemFault.text(ENOSPC) }
        if let message = error.message, message != "not an error" { return message }
        return String(cString: sqlite3_errstr(error.resultCode.rawValue))
    }
}
