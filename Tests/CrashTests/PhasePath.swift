import Connectivity

/// The way of one endpoint, or of one service, through its phases, as the log tells it. Which of them are seen depends on
/// when a look falls; that they join, and lead forward, does not.
struct PhasePath: Sendable {
    private struct Move: Sendable {
        /// nil where a person's decision moved it: then the log does not say from where.
        let from: String?
        let to: String
    }

    private let moves: [Move]

    /// - Parameters:
    ///   - moved: the event that tells from where to where.
    ///   - ended: the event of the decision that leads to `closing`, from wherever.
    init(_ events: [Event], moved: Event.Kind, ended: Event.Kind, toward closing: String) {
        moves = events.compactMap { event in
            switch event.kind {
            case moved: Move(from: event.detail["from"], to: event.detail["to"] ?? "nowhere")
            case ended: Move(from: nil, to: closing)
            default: nil
            }
        }
    }

    /// What is wrong with it, if it has to lead along `line` from its first phase to `end`, forward only: so no phase
    /// is entered more often than it stands there.
    func flaws<Phase: RawRepresentable<String>>(along line: [Phase], to end: Phase?) -> [String] {
        let line = line.map(\.rawValue)
        guard let first = line.first, let end = end?.rawValue else {
            return moves.isEmpty ? [] : ["moves of what is not there: \(moves.map(\.to))"]
        }
        var flaws: [String] = []
        var (reached, place) = (first, 0)
        for move in moves {
            if let from = move.from, from != reached { flaws.append("from \(from), and it was \(reached)") }
            let next = line[(place + 1)...].firstIndex(of: move.to)
            if next == nil { flaws.append("from \(reached) to \(move.to)") }
            (reached, place) = (move.to, next ?? place)
        }
        if reached != end { flaws.append("the log ends at \(reached), the record at \(end)") }
        return flaws
    }
}
