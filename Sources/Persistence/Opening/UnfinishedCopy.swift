import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A copy of a database that is being made, under another name than it will have. What a backup that was killed has
/// left under that name goes with the next one.
final class UnfinishedCopy: Sendable {
    private let destination: String
    private let path: String
    private let lock: FileLock

    /// - Throws: `StoreOpenError.copying` if another process is making the same copy.
    init(of destination: String) throws(StoreOpenError) {
        self.destination = destination
        path = "\(destination).partial"
        do {
            try Self.removeLeftovers(at: path)
            // Exclusive, so that nobody has laid a file there to read what is written.
            lock = try FileLock(path, opening: O_RDWR | O_CREAT | O_EXCL)
        } catch {
            switch error {
            case .held, .system(EEXIST): throw .copying(path: destination)
            case .system(let code): throw .unwritable(path: destination, errno: code)
            }
        }
    }

    private static func removeLeftovers(at path: String) throws(FileLock.Refusal) {
        let leftover: FileLock
        do {
            // Who makes a copy holds it.
            leftover = try FileLock(path, opening: O_RDONLY | O_NOFOLLOW)
        } catch {
            guard case .system(ENOENT) = error else { throw error }
            return
        }
        guard leftover.isInPlace else { throw .held }
        removeAll(at: path)
    }

    /// Copies the database as it is now, and checks the copy.
    func fill(from source: DatabaseQueue, of file: DatabaseFile) throws {
        do {
            let copy = try DatabaseQueue(path: path)
            // In one step, so that a server that keeps writing does not make it begin again and again.
            try source.backup(to: copy)
            try copy.writeWithoutTransaction { database in
                // One file, which needs no other beside it to be read.
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                // What nobody can restore from is no backup.
                try file.checkAllPages(database)
            }
            try copy.close()
            try NewFile.makeDurable(path)
        } catch let error as DatabaseError where error.resultCode.primaryResultCode != .SQLITE_CORRUPT {
            throw DatabaseFile(path: destination).explain(error)
        }
    }

    func publish() throws(StoreOpenError) {
        // A link, unlike a renaming, fails if somebody else has made the destination meanwhile.
        guard link(path, destination) == 0 else {
            let code = errno
            throw code == EEXIST
                ? .destinationExists(path: destination) : .unwritable(path: destination, errno: code)
        }
        unlink(path)
        try NewFile.makeDurable(NewFile.folder(of: destination))
    }

    /// Leaves nothing but what was published.
    func remove() {
        Self.removeAll(at: path)
        lock.release()
    }

    private static func removeAll(at path: String) {
        for end in ["-journal", "-wal", "-shm", ""] { unlink(path + end) }
    }
}
