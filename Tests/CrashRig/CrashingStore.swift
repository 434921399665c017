import Connectivity
import ControlPlane

/// The store, whose every write may be the process's last.
struct CrashingStore: Store {
    let store: any Store
    let calls: CrashSequence

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value { try await store.read(body) }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        try await calls.step { try await store.write(body) }
    }
}
