import ControlPlane
import Synchronization

/// A transaction that waits for its turn, and then for its batch to be durable.
protocol PendingWrite: Sendable {
    /// Runs the body and keeps what came of it.
    /// - Returns: whether its changes are to be kept.
    func run(in transaction: SQLiteTransaction) -> Bool
    /// Discards the changes for a reason that lies with the store.
    func fail(_ error: StoreError)
    /// Answers the caller. Called once, when the outcome is certain.
    func answer()
}

/// Only ever touched by the writer, once it is queued.
final class Write<Value: Sendable>: PendingWrite {
    private let body: @Sendable (SQLiteTransaction) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let actions = Mutex<[@Sendable () -> Void]>([])

    init(
        _ body: @escaping @Sendable (SQLiteTransaction) throws -> Value,
        _ continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(in transaction: SQLiteTransaction) -> Bool {
        let result = Result { try body(transaction) }
        outcome.withLock { $0 = result }
        guard case .success = result else { return false }
        actions.withLock { $0 = transaction.actions }
        return true
    }

    func fail(_ error: StoreError) {
        outcome.withLock { $0 = .failure(error) }
        actions.withLock { $0 = [] }
    }

    func answer() {
        for action in actions.withLock({ $0 }) { action() }
        guard let outcome = outcome.withLock({ $0 }) else {
            return continuation.resume(throwing: StoreError.unavailable(reason: "the transaction was never run"))
        }
        continuation.resume(with: outcome)
    }
}
