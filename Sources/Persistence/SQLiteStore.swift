public import ControlPlane
import GRDB
import GRDBSQLite
public import Logging

/// A store in one SQLite file, for one server. Every acknowledged transaction is on the disk.
public final class SQLiteStore: Store {
    private let lock: FileLock?
    private let writer: DatabaseQueue
    let commits: GroupCommit
    private let readers: ReaderPool
    private let checkpointer: Checkpointer?
    private let files: ServedFiles
    private let damageReport: DamageReport

    /// Opens the database for a server, which then is the only one: makes the file if there is none, and brings its
    /// tables to the newest version.
    /// - Throws: `StoreOpenError`, which says what to do.
    public convenience init(path: String, settings: SQLiteSettings = SQLiteSettings(), logger: Logger) throws {
        let lock = try FileLock(besideDatabase: path)
        let writer = try Self.openWriter(path: path, settings: settings, logger: logger)
        try Self.releaseLeases(in: writer, of: path)
        do {
            try self.init(path: path, writer: writer, lock: lock, settings: settings, logger: logger)
        } catch {
            throw DatabaseFile(path: path).explain(error)
        }
    }

    /// - Parameter path: what the writer was opened with.
    init(
        path: String, writer: DatabaseQueue, lock: FileLock?, settings: SQLiteSettings, logger: Logger
    ) throws {
        // Beside a server, the server moves the log.
        let checkpointer = lock == nil ? nil : try Checkpointer(path: path, settings: settings)
        let files = ServedFiles(ofDatabase: path, lock: lock)
        self.lock = lock
        self.writer = writer
        self.checkpointer = checkpointer
        let damageReport = DamageReport(logger: logger)
        self.files = files
        self.damageReport = damageReport
        commits = GroupCommit(
            connection: writer, files: files, largestBatch: settings.groupCommit ? settings.largestBatch : 1,
            checkpointer: checkpointer, damage: damageReport, logger: logger)
        readers = try ReaderPool(
            path: path, count: settings.readers, cache: settings.readerCache, damage: damageReport)
    }

    /// Opens a database that a server may be serving right now, for a few short transactions: takes no lock from the
    /// server and never changes the tables.
    /// - Throws: `StoreOpenError`: `missing` or `outdated` if nobody has made or migrated the database yet.
    public static func openBesideServer(path: String, logger: Logger) throws -> SQLiteStore {
        let file = DatabaseFile(path: path)
        try file.requireThere()
        try file.check { _ = try file.checkSchema($0) }
        let settings = SQLiteSettings(readers: 1)
        do {
            let writer = try DatabaseQueue(
                path: path, configuration: ConnectionSettings.writer(cache: settings.readerCache))
            let version = try writer.writeWithoutTransaction { database in
                try requireWritable(database, at: path)
                return try file.checkSchema(database)
            }
            guard version == Schema.newestVersion else {
                throw StoreOpenError.outdated(path: path, found: version, known: Schema.newestVersion)
            }
            return try SQLiteStore(path: path, writer: writer, lock: nil, settings: settings, logger: logger)
        } catch {
            throw file.explain(error)
        }
    }

    /// Brings a database that no server is using to the newest version, or makes an empty one.
    /// - Returns: the schema's version before and after.
    /// - Throws: `StoreOpenError`.
    @discardableResult
    public static func migrate(path: String) throws -> (from: Int, to: Int) {
        let lock = try FileLock(besideDatabase: path)
        defer { lock.release() }
        let file = DatabaseFile(path: path)
        var found = 0
        let writer = try openWriter(path: path, settings: SQLiteSettings(), logger: nil) { found = $0 }
        do {
            try writer.close()
        } catch {
            throw file.explain(error)
        }
        return (found, Schema.newestVersion)
    }

    private static func openWriter(
        path: String, settings: SQLiteSettings, logger: Logger?, noting note: (Int) -> Void = { _ in }
    ) throws -> DatabaseQueue {
        let file = DatabaseFile(path: path)
        let isNew = try !file.isThere()
        if isNew {
            try file.make()
        } else {
            try file.check { database in
                _ = try file.checkSchema(database)
                try file.checkPages(database)
            }
        }
        let isCutOff = file.hasJournal
        do {
            let writer = try DatabaseQueue(
                path: path, configuration: ConnectionSettings.writer(cache: settings.writerCache))
            try writer.writeWithoutTransaction { database in
                let version = try file.checkSchema(database)
                note(isNew ? 0 : version)
                try requireWritable(database, at: path)
                if isCutOff { try file.checkPages(database) }
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw StoreOpenError.unwritable(
                        path: path, detail: "the file system does not support SQLite's write-ahead log")
                }
                try Schema.migrate(database)
                if isNew {
                    logger?.info(
                        "The database was made.", metadata: ["path": "\(path)", "version": "\(Schema.newestVersion)"])
                } else if version < Schema.newestVersion {
                    logger?.info(
                        "The database was migrated.",
                        metadata: ["path": "\(path)", "from": "\(version)", "to": "\(Schema.newestVersion)"])
                }
            }
            return writer
        } catch {
            throw file.explain(error)
        }
    }

    /// Whoever holds the lock is the only server: the leases of those before it are dead, however long they would last.
    private static func releaseLeases(in writer: DatabaseQueue, of path: String) throws {
        do {
            try writer.write { database in
                for table in ["endpoint", "published_service", "cloud_account"] {
                    try database.execute(
                        sql: """
                            UPDATE \(table) SET lease_owner = NULL, lease_expires_at = NULL
                            WHERE due_at IS NOT NULL AND lease_owner IS NOT NULL
                            """)
                }
            }
        } catch {
            throw DatabaseFile(path: path).explain(error)
        }
    }

    private static func requireWritable(_ database: Database, at path: String) throws(StoreOpenError) {
        guard sqlite3_db_readonly(database.sqliteConnection, "main") == 0 else {
            throw .unwritable(path: path, detail: "the file is read-only")
        }
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        do {
            return try await readers.read(body)
        } catch let error as DatabaseError {
            throw StoreError.unavailable(reason: "SQLite: \(error.message ?? "code \(error.resultCode.rawValue)")")
        }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { commits.submit(Write(body, $0)) }
    }

    /// Writes something and waits until it is durable: what a probe asks.
    /// - Throws: `StoreError.unavailable`.
    public func checkWritable() async throws {
        let body: @Sendable (SQLiteTransaction) throws -> Void = { transaction in
            try transaction.session.run(
                "INSERT INTO write_probe (id, writes) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET writes = writes + 1")
        }
        try await withCheckedThrowingContinuation { commits.submit(Write(body, $0)) }
    }

    /// The file that was removed or replaced under the open store; nothing is written while there is one.
    public var movedFile: String? { files.moved }

    /// What the store has met first that is not what was written, and what to do about it; nil: nothing so far.
    public var damage: String? { damageReport.reason }

    /// What was written since the store was opened.
    public var writeCounters: WriteCounters {
        var counters = commits.counters
        counters.logRestarts = checkpointer?.restarts ?? 0
        return counters
    }

    /// Ends what is being written, refuses what comes after, and lets the next server have the database.
    public func close() {
        commits.close()
        readers.close()
        checkpointer?.close()
        // The last connection moves the rest of the log into the file, and removes it.
        try? writer.close()
        lock?.release()
    }
}

/// How much was written since a store was opened.
public struct WriteCounters: Hashable, Sendable {
    /// Durable commits.
    public internal(set) var commits = 0
    /// Transactions in them.
    public internal(set) var transactions = 0
    /// Times that a write-ahead log which had become large was begun anew.
    public internal(set) var logRestarts = 0
}
