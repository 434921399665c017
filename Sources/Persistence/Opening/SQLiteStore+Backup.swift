import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension SQLiteStore {
    /// Copies the database as it stands at one instant, while a server may be serving it. The copy is one file, durable
    /// when this returns, sound, and has the version that the original has.
    /// - Throws: `StoreOpenError`; then there is nothing at `destination`, or what was there before.
    public static func backup(from path: String, to destination: String) throws {
        let file = DatabaseFile(path: path)
        guard file.exists else { throw StoreOpenError.missing(path: path) }
        guard !DatabaseFile(path: destination).exists else {
            throw StoreOpenError.destinationExists(path: destination)
        }
        try file.checkHeader()
        let unfinished = "\(destination).\(getpid()).partial"
        defer { unlink(unfinished) }
        do {
            let source = try DatabaseQueue(path: path, configuration: ConnectionSettings.reader(cache: 256))
            try source.writeWithoutTransaction { _ = try file.checkSchema($0) }
            try copy(source, to: unfinished)
            try source.close()
        } catch {
            throw file.explain(error)
        }
        try publish(unfinished, as: destination)
    }

    private static func copy(_ source: DatabaseQueue, to path: String) throws {
        do {
            try DatabaseFile(path: path).makePrivate()
            let copy = try DatabaseQueue(path: path)
            // In one step, so that a server that keeps writing does not make it begin again and again.
            try source.backup(to: copy)
            try copy.writeWithoutTransaction { database in
                // One file, which needs no other beside it to be read.
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                // What nobody can restore from is no backup.
                try DatabaseFile(path: source.path).checkAllPages(database)
            }
            try copy.close()
            try makeDurable(path)
        } catch let error as DatabaseError where error.resultCode != .SQLITE_CORRUPT {
            throw DatabaseFile(path: path).explain(error)
        }
    }

    private static func publish(_ unfinished: String, as destination: String) throws(StoreOpenError) {
        // A link, unlike a renaming, fails if somebody else has made the destination meanwhile.
        guard link(unfinished, destination) == 0 else {
            let code = errno
            throw code == EEXIST
                ? .destinationExists(path: destination)
                : .unwritable(path: destination, detail: String(cString: strerror(code)))
        }
        let folder = destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? "."
        try makeDurable(folder)
    }

    private static func makeDurable(_ path: String) throws(StoreOpenError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { Self.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .unwritable(path: path, detail: String(cString: strerror(errno)))
        }
    }

    private static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
