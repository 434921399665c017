public import Connectivity
import Synchronization

/// Time, identity and chance: the three inputs that rules must not fetch by themselves.
public struct Environment: Sendable {
    public let now: @Sendable () -> Timestamp
    /// Entropy for an id born at the given instant; ids of one millisecond keep the order in which they were asked for.
    public let entropy: @Sendable (Timestamp) -> ULID.Entropy
    /// 0 up to 1, for the jitter of retries.
    public let jitter: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Timestamp, entropy: @escaping @Sendable (Timestamp) -> ULID.Entropy,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.entropy = entropy
        self.jitter = jitter
    }

    public func newID<Subject>(at instant: Timestamp) -> ID<Subject> { ID(at: instant, entropy: entropy(instant)) }
}

/// Entropy that grows within a millisecond, so that ids sort in the order they were made.
public final class MonotonicEntropy: Sendable {
    private let last = Mutex<(instant: Timestamp, entropy: ULID.Entropy)?>(nil)

    public init() {}

    public func next(at instant: Timestamp) -> ULID.Entropy {
        last.withLock { last in
            let entropy =
                if let last, last.instant == instant {
                    last.entropy.successor()
                } else {
                    // The top bit stays free, so that successors do not wrap.
                    ULID.Entropy(high: .random(in: 0...0x7FFF), low: .random(in: 0...UInt64.max))
                }
            last = (instant, entropy)
            return entropy
        }
    }
}
