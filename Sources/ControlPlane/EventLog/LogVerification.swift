public import Connectivity

/// What the server knows of its own log of events.
public struct LogVerification: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// The first check since the start has not come to the log's end.
        case running
        /// Every event is what was written, up to `throughSequence`.
        case intact
        /// One is not. It stays so until a check of the whole log finds none.
        case broken
    }

    public let state: State
    /// Every event up to here holds; in a broken log, the place before the first that does not.
    public let throughSequence: Int
    /// When the log's end was last reached, or the fault was last found.
    public let checkedAt: Timestamp?
    public let fault: EventLogFault?

    public init(state: State, throughSequence: Int, checkedAt: Timestamp?, fault: EventLogFault?) {
        self.state = state
        self.throughSequence = throughSequence
        self.checkedAt = checkedAt
        self.fault = fault
    }

    static let begun = Self(state: .running, throughSequence: 0, checkedAt: nil, fault: nil)
}
