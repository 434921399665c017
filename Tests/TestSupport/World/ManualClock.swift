public import Connectivity
public import ControlPlane
import Synchronization

/// Time that passes only when a test says so, and chance that is always the same.
public final class ManualClock: Sendable {
    private let instant: Mutex<Timestamp>
    private let drawn = Mutex<UInt64>(0)

    public init(startingAt instant: Timestamp = Timestamp(milliseconds: 1_790_000_000_000)) {
        self.instant = Mutex(instant)
    }

    public var now: Timestamp { instant.withLock { $0 } }

    public func advance(by interval: Duration) {
        instant.withLock { $0 = $0 + interval }
    }

    public var environment: Environment {
        Environment(
            now: { self.now },
            entropy: { _ in
                self.drawn.withLock { drawn in
                    drawn += 1
                    return ULID.Entropy(high: 0, low: drawn)
                }
            }, jitter: { 1 })
    }
}
