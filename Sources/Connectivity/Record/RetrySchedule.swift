/// How long to wait before the next attempt: doubling from `base` to `cap`, with jitter so that many that failed
/// together do not come back together.
public struct RetrySchedule: Hashable, Sendable {
    public let base: Duration
    public let cap: Duration

    public init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// After failures of a cloud call: 1 s, 2 s, 4 s, … 5 min.
    public static let failures = RetrySchedule(base: .seconds(1), cap: .seconds(300))
    /// While the cloud is at work and there is only waiting: 250 ms, 500 ms, … 15 s.
    public static let polling = RetrySchedule(base: .milliseconds(250), cap: .seconds(15))

    /// The wait after `attempts` fruitless tries (1 is the first), between half and all of the exponential step.
    /// - Parameter jitter: 0 up to 1, drawn by the caller: this function is pure.
    public func delay(afterAttempts attempts: Int, jitter: Double) -> Duration {
        let doublings = min(max(attempts, 1) - 1, 30)
        let step = min(base * (1 << doublings), cap)
        return step * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
