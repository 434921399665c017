import Connectivity
import ControlPlane

/// The reads, which a snapshot and a transaction have in common. Each table's are in its own file.
protocol SQLiteReading: StoreReader {
    var session: Session { get }
}

struct SQLiteSnapshot: SQLiteReading {
    let session: Session
}

/// One transaction among those of a batch.
final class SQLiteTransaction: SQLiteReading, StoreTransaction {
    let session: Session
    private(set) var actions: [@Sendable () -> Void] = []

    init(session: Session) { self.session = session }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    /// - Throws: `StoreError.stale` unless exactly one row has changed.
    func changeOne(_ sql: String, _ values: [any SQLValue]) throws {
        guard try session.run(sql, values) == 1 else { throw StoreError.stale }
    }
}
