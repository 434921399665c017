public import Connectivity

/// A walk through the whole log of events, a stretch at a time, to the first place at which it is not what was written.
public struct EventLogCheck: Sendable {
    /// The head that somebody kept; nil: nobody vouches for the end of the log.
    private let expected: EventChain.Head?
    /// Events read in one snapshot, so that a running server's log file is never held for long.
    private let stretch: Int
    /// How far the log holds.
    public private(set) var head = EventChain.Head.empty

    public init(expecting expected: EventChain.Head? = nil, stretch: Int = 500) {
        self.expected = expected
        self.stretch = max(1, stretch)
    }

    /// - Returns: the log's head: as many events as its sequence number says.
    /// - Throws: `EventLogFault`, or what stops the store from being read at all.
    public func run(on store: any Store) async throws -> EventChain.Head {
        var check = self
        while try await !check.advance(in: store) {}
        return check.head
    }

    /// Checks the next stretch.
    /// - Returns: whether that was the last.
    /// - Throws: `EventLogFault`, or what stops the store from being read at all.
    public mutating func advance(in store: any Store) async throws -> Bool {
        let start = head
        try compare(start)
        // A stretch ends at the kept head, so that this one is looked at by its hash.
        let limit = expected.map { $0.sequence > start.sequence ? min(stretch, $0.sequence - start.sequence) : stretch }
        let wanted = limit ?? stretch
        head = try await store.read { try $0.checkEvents(behind: start, limit: wanted) }
        try compare(head)
        guard head.sequence - start.sequence < wanted else { return false }
        if let expected, head.sequence < expected.sequence {
            throw EventLogFault.broken(.truncated(at: head.sequence, expected: expected.sequence))
        }
        return true
    }

    private func compare(_ head: EventChain.Head) throws(EventLogFault) {
        guard let expected, expected.sequence == head.sequence, expected.hash != head.hash else { return }
        throw .broken(.rewritten(sequence: head.sequence))
    }
}
