import Connectivity

/// The cloud's own time. It follows this machine's clock, and runs on where that is set back: a cloud elsewhere would not
/// notice, and what has happened in it stays so.
struct CloudClock: Sendable {
    private var last: Timestamp
    private var lead: Duration = .zero

    /// - Parameter past: an instant that is known to have been.
    init(after past: Timestamp) { last = past }

    mutating func read(_ local: Timestamp) -> Timestamp {
        if local + lead < last { lead = last.since(local) }
        last = local + lead
        return last
    }
}
