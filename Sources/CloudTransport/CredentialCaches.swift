import Synchronization

/// A `CredentialCache` for each of many identities.
public final class CredentialCaches<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let caches = Mutex<[Key: CredentialCache<Value>]>([:])
    private let make: @Sendable (Key) -> CredentialCache<Value>

    /// - Parameter make: the cache for an identity that is asked for the first time.
    public init(_ make: @escaping @Sendable (Key) -> CredentialCache<Value>) { self.make = make }

    public subscript(key: Key) -> CredentialCache<Value> {
        caches.withLock { caches in
            if let cache = caches[key] { return cache }
            let cache = make(key)
            caches[key] = cache
            return cache
        }
    }
}
