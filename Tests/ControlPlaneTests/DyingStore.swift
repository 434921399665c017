import ControlPlane
import Synchronization

/// A store that takes a number of writes and then none, as a process that died writes no more.
final class DyingStore: Store {
    struct Dead: Error {}

    private let store: any Store
    private let left: Mutex<Int>

    init(_ store: any Store, writes: Int) {
        self.store = store
        left = Mutex(writes)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        guard !isDead else { throw Dead() }
        return try await store.read(body)
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        let isAlive = left.withLock { left in
            if left >= 0 { left -= 1 }
            return left >= 0
        }
        guard isAlive else { throw Dead() }
        return try await store.write(body)
    }
}
