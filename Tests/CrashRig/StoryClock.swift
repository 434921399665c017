import Connectivity
import ControlPlane
import Synchronization

/// Time that passes only when the story says so. A restart goes on where the log ends, so that nothing is due, and no
/// lease has run out, merely because a process was started again.
final class StoryClock: Sendable {
    private let instant: Mutex<Timestamp>

    init(after last: Timestamp?) {
        instant = Mutex(max(last ?? Timestamp(milliseconds: 0), Timestamp(milliseconds: 1_795_000_000_000)))
    }

    var now: Timestamp { instant.withLock { $0 } }

    func advance(by interval: Duration) { instant.withLock { $0 = $0 + interval } }

    var environment: Environment {
        let entropy = MonotonicEntropy()
        return Environment(now: { self.now }, entropy: entropy.next(at:), jitter: { 1 })
    }
}
