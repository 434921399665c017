import ControlPlane
import GRDB
import Synchronization

/// A bounded number of reading connections. A read runs where it is asked for: it is short, and a change of threads
/// would cost more than it.
final class ReaderPool: Sendable {
    private struct State {
        var idle: [DatabaseQueue]
        var waiting: [CheckedContinuation<DatabaseQueue, Never>] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    private let all: [DatabaseQueue]
    private let damage: DamageReport

    init(path: String, count: Int, cache kibibytes: Int, damage: DamageReport) throws {
        self.damage = damage
        let configuration = ConnectionSettings.reader(cache: kibibytes)
        all = try (0..<max(1, count)).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
        state = Mutex(State(idle: all))
    }

    /// Runs `body` on one snapshot.
    func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        let connection = await borrow()
        defer { giveBack(connection) }
        return try read(on: connection, body)
    }

    private func borrow() async -> DatabaseQueue {
        if let connection = state.withLock({ $0.idle.popLast() }) { return connection }
        return await withCheckedContinuation { continuation in
            let connection = state.withLock { state in
                let connection = state.idle.popLast()
                if connection == nil { state.waiting.append(continuation) }
                return connection
            }
            if let connection { continuation.resume(returning: connection) }
        }
    }

    private func giveBack(_ connection: DatabaseQueue) {
        let next = state.withLock { state in
            let next = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if next == nil { state.idle.append(connection) }
            return next
        }
        next?.resume(returning: connection)
    }

    private func read<Value>(
        on connection: DatabaseQueue, _ body: (any StoreReader) throws -> Value
    ) throws -> Value {
        try connection.writeWithoutTransaction { database in
            let session = try Session(database, damage: damage)
            try session.run("BEGIN")
            defer {
                // Also after a failure of the disk: a snapshot left open would be a fault of the program's.
                session.forgetFailure()
                if session.isInTransaction { _ = try? session.run("ROLLBACK") }
            }
            return try body(SQLiteSnapshot(session: session))
        }
    }

    func close() {
        for connection in all { try? connection.close() }
    }
}
