import GRDB
public import Logging

extension SQLiteStore {
    /// Opens a database, or a backup of one, only to read it: changes nothing, and takes no lock from a server that may
    /// be serving it right now. What is written to this store is refused as unavailable.
    /// - Throws: `StoreOpenError`.
    public static func openForReading(path: String, logger: Logger) throws -> SQLiteStore {
        let source = ReadOnlyDatabase(path: path)
        try source.file.requireThere()
        let settings = SQLiteSettings(readers: 1)
        do {
            let connection = try source.open(cache: settings.readerCache)
            // Who takes the guards off the log is told what was done behind them, and not only that they are gone.
            let version = try connection.writeWithoutTransaction {
                try source.file.checkSchema($0, isComplete: false)
            }
            guard version == Schema.newestVersion else {
                throw StoreOpenError.outdated(path: path, found: version, known: Schema.newestVersion)
            }
            return try SQLiteStore(
                path: source.location, writer: connection, lock: nil, settings: settings, logger: logger)
        } catch {
            throw source.explain(error)
        }
    }
}
