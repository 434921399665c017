import ControlPlane
import GRDB
import GRDBSQLite

/// One use of a connection: runs statements, and remembers whether one of them failed in a way that leaves the
/// transaction in doubt.
final class Session {
    private let database: Database
    private let handle: OpaquePointer
    /// Records read by id that stay true until somebody writes; nil where others may write meanwhile.
    let cache: RecordCache?
    /// What broke the running transaction; from then on every statement fails alike, so that a body which swallows the
    /// error cannot go on half-way, nor outside of any transaction.
    private(set) var failure: StoreError?
    private let damage: DamageReport

    init(_ database: Database, cache: RecordCache? = nil, damage: DamageReport) throws {
        guard let handle = database.sqliteConnection else {
            throw StoreError.unavailable(reason: "the database is closed")
        }
        self.database = database
        self.handle = handle
        self.cache = cache
        self.damage = damage
    }

    /// Whether a transaction is open: SQLite ends one by itself after some failures.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func forgetFailure() { failure = nil }

    /// Notes that what is stored is not what was written.
    /// - Returns: what to throw.
    func noteDamage(_ detail: String) -> StoreError { .damaged(reason: damage.note(detail)) }

    /// - Returns: the number of rows that were changed.
    @discardableResult
    func run(_ sql: String, _ values: [any SQLValue] = []) throws -> Int {
        try execute(sql, values) { _ in true }
        return Int(sqlite3_changes64(handle))
    }

    func rows<Record>(
        _ sql: String, _ values: [any SQLValue], _ decode: (inout Columns) throws -> Record
    ) throws -> [Record] {
        var records: [Record] = []
        try forEach(sql, values) {
            records.append(try decode(&$0))
            return true
        }
        return records
    }

    func first<Record>(
        _ sql: String, _ values: [any SQLValue], _ decode: (inout Columns) throws -> Record
    ) throws -> Record? {
        var record: Record?
        try forEach(sql, values) {
            record = try decode(&$0)
            return false
        }
        return record
    }

    func exists(_ sql: String, _ values: [any SQLValue]) throws -> Bool { try first(sql, values) { _ in () } != nil }

    /// Hands out rows until `body` gives false.
    /// - Parameter isKept: whether the prepared statement is kept for the next time.
    func forEach(
        _ sql: String, _ values: [any SQLValue], isKept: Bool = true, _ body: (inout Columns) throws -> Bool
    ) throws {
        try execute(sql, values, isKept: isKept) { statement in
            var columns = Columns(statement)
            do {
                return try body(&columns)
            } catch let error as UnreadableColumn {
                throw noteDamage("\(error)")
            }
        }
    }

    private func execute(
        _ sql: String, _ values: [any SQLValue], isKept: Bool = true, _ row: (OpaquePointer) throws -> Bool
    ) throws {
        if let failure { throw failure }
        let prepared = try prepare(sql, isKept: isKept)
        let statement = prepared.sqliteStatement
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (offset, value) in values.enumerated() {
            guard value.bind(to: statement, at: Int32(offset + 1)) == SQLITE_OK else { throw fault(in: sql) }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: guard try row(statement) else { return }
            case SQLITE_DONE: return
            default: throw fault(in: sql)
            }
        }
    }

    private func prepare(_ sql: String, isKept: Bool) throws -> Statement {
        do {
            return try isKept ? database.cachedStatement(sql: sql) : database.makeStatement(sql: sql)
        } catch {
            throw fault(in: sql)
        }
    }

    /// The error that SQLite has just reported. A broken rule concerns one statement only; anything else, the whole
    /// transaction.
    private func fault(in sql: String) -> StoreError {
        switch sqlite3_extended_errcode(handle) {
        case 1555, 2067, 2579: return .duplicate  // a primary key, a unique index, a row id
        case 787, 1299: return .stale  // a foreign key, or a missing value that was to come from another record
        default:
            let code = sqlite3_extended_errcode(handle)
            let message = "SQLite: \(String(cString: sqlite3_errmsg(handle))) (\(code)) at \(sql.prefix(60))"
            let failure: StoreError =
                switch code & 0xFF {
                case SQLITE_CORRUPT, SQLITE_NOTADB: noteDamage(message)
                case SQLITE_FULL: .unavailable(reason: "the disk is full: make room (\(message))")
                default: .unavailable(reason: message)
                }
            self.failure = failure
            return failure
        }
    }
}
