import ControlPlane

/// A store behind whose user's back something happens after every write.
struct MeddlingStore: Store {
    let store: any Store
    let meddle: @Sendable () async throws -> Void

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try await store.read(body)
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        let value = try await store.write(body)
        try await meddle()
        return value
    }
}
