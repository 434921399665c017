/// Lets one caller at a time through for each key, in the order of their coming.
actor SerialGate<Key: Hashable & Sendable> {
    /// Keys that somebody holds, each with those who wait for it.
    private var waiting: [Key: [CheckedContinuation<Void, Never>]] = [:]

    func withTurn<Value: Sendable, Failure: Error>(
        for key: Key, _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await enter(key)
        defer { leave(key) }
        return try await body()
    }

    private func enter(_ key: Key) async {
        guard waiting[key] != nil else {
            waiting[key] = []
            return
        }
        await withCheckedContinuation { waiting[key]?.append($0) }
    }

    private func leave(_ key: Key) {
        guard var queue = waiting[key], !queue.isEmpty else {
            waiting[key] = nil
            return
        }
        let next = queue.removeFirst()
        waiting[key] = queue
        next.resume()
    }
}
