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
    /// - Parameter stop: lets another thread give it up.
    /// - Throws: `StoreOpenError`; then there is nothing at `destination`, or what was there before.
    public static func backup(from path: String, to destination: String, stop: BackupStop = BackupStop()) throws {
        let source = ReadOnlyDatabase(path: path)
        try source.file.requireThere()
        try requireNothing(at: destination)
        let copy = try UnfinishedCopy(of: destination)
        defer { copy.remove() }
        stop.watch(copy)
        do {
            let queue = try source.open(cache: 256)
            try queue.writeWithoutTransaction { _ = try source.file.checkSchema($0) }
            try copy.fill(from: queue, of: source.file)
            try queue.close()
        } catch {
            throw source.explain(error)
        }
        try copy.publish()
    }

    private static func requireNothing(at destination: String) throws(StoreOpenError) {
        var status = stat()
        guard lstat(destination, &status) != 0 else { throw .destinationExists(path: destination) }
        guard errno == ENOENT else { throw .unwritable(path: destination, errno: errno) }
    }
}
