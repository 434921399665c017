import GRDB
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension DatabaseFile {
    /// Makes a database of the newest version that only this user reads. It appears at its path whole and durable, so
    /// that an empty file is never one that is just being made. Whoever calls this holds the lock: what an earlier
    /// making has left behind is made anew.
    func make() throws(StoreOpenError) {
        let draft = "\(path).new"
        do {
            let content = try Self.content()
            unlink(draft)
            try NewFile.write(content, to: draft)
            guard rename(draft, path) == 0 else { throw StoreOpenError.unwritable(path: path, errno: errno) }
            try NewFile.makeDurable(NewFile.folder(of: path))
        } catch {
            unlink(draft)
            throw explain(error)
        }
    }

    /// An empty database's file.
    private static func content() throws -> [UInt8] {
        try DatabaseQueue().writeWithoutTransaction { database in
            try Schema.migrate(database)
            var size: sqlite3_int64 = 0
            guard let bytes = sqlite3_serialize(database.sqliteConnection, "main", &size, 0) else {
                throw DatabaseError(resultCode: .SQLITE_NOMEM)
            }
            defer { sqlite3_free(bytes) }
            return Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
        }
    }
}
