import ControlPlane
import Connectivity

/// The statuses that a resource goes through, each from an instant on. A cloud at work is a history whose later steps
/// lie in the future, so time alone moves it on, and nothing has to run.
struct StatusHistory: Codable, Hashable, Sendable {
    private struct Step: Codable, Hashable, Sendable {
        /// Milliseconds since 1970.
        let from: Int64
        /// nil: gone.
        let status: String?
    }

    /// What a look tells.
    enum Sight: Hashable, Sendable {
        /// Being made; not shown yet.
        case unborn
        case shown(String)
        case gone
    }

    private var steps: [Step] = []

    init(_ status: String, from instant: Timestamp) {
        steps = [Step(from: instant.milliseconds, status: status)]
    }

    func sight(at now: Timestamp) -> Sight {
        guard let step = steps.last(where: { $0.from <= now.milliseconds }) else { return .unborn }
        return step.status.map(Sight.shown) ?? .gone
    }

    /// When the first step was taken, or will be.
    var begunAt: Timestamp { Timestamp(milliseconds: steps.first?.from ?? 0) }

    /// The status where all this leads to; nil: gone.
    var final: String? { steps.last?.status }

    /// When the last step is taken.
    var settlesAt: Timestamp { Timestamp(milliseconds: steps.last?.from ?? 0) }

    /// Adds a step after those that are planned already.
    mutating func then(_ status: String?, at instant: Timestamp, now: Timestamp) {
        let from = max(instant.milliseconds, steps.last?.from ?? 0)
        if let current = steps.lastIndex(where: { $0.from <= now.milliseconds }) { steps.removeFirst(current) }
        // Of steps at one instant the last counts.
        steps.removeAll { $0.from == from && $0.from > now.milliseconds }
        steps.append(Step(from: from, status: status))
    }

    /// Drops what was planned and goes another way from now on.
    mutating func turn(to status: String?, now: Timestamp) {
        steps.removeAll { $0.from > now.milliseconds }
        then(status, at: now, now: now)
    }
}
