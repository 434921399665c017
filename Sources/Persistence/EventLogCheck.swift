public import Connectivity
public import ControlPlane

/// Reads the whole log of events, and finds the first place at which it is not what was written.
public struct EventLogCheck: Sendable {
    public enum Fault: Error, Hashable, CustomStringConvertible {
        case broken(EventChain.Break)
        /// The next event holds something that no event holds, or lies in a damaged part of the file.
        case unreadable(after: Int, reason: String)

        public var description: String {
            switch self {
            case .broken(let fault): "\(fault)"
            case .unreadable(let sequence, let reason): "event \(sequence + 1) cannot be read: \(reason)"
            }
        }
    }

    /// The head that somebody kept; nil: nobody vouches for the end of the log.
    private let expected: EventChain.Head?
    /// Events read in one snapshot, so that a running server's log file is never held for long.
    private let pageSize: Int

    public init(expecting expected: EventChain.Head? = nil, pageSize: Int = 500) {
        self.expected = expected
        self.pageSize = pageSize
    }

    /// - Returns: the log's head: as many events as its sequence number says.
    /// - Throws: `Fault`, or what stops the store from being read at all.
    public func run(on store: any Store) async throws -> EventChain.Head {
        var head = EventChain.Head.empty
        // From below the first number: an event slipped in there is one, too.
        var position = Int.min
        try compare(head)
        while true {
            let page = try await events(after: position, behind: head, in: store)
            for event in page {
                head = try extend(head, with: event)
                try compare(head)
            }
            guard let last = page.last else { break }
            position = last.sequence
        }
        if let expected, head.sequence < expected.sequence {
            throw Fault.broken(.truncated(at: head.sequence, expected: expected.sequence))
        }
        return head
    }

    private func extend(_ head: EventChain.Head, with event: Event) throws(Fault) -> EventChain.Head {
        do {
            return try EventChain.extend(head, with: event, digest: Digest.sha256)
        } catch {
            throw .broken(error)
        }
    }

    private func compare(_ head: EventChain.Head) throws(Fault) {
        guard let expected, expected.sequence == head.sequence, expected.hash != head.hash else { return }
        throw .broken(.rewritten(sequence: head.sequence))
    }

    /// One page; where it cannot be read, what can be read before the fault.
    private func events(after position: Int, behind head: EventChain.Head, in store: any Store) async throws -> [Event]
    {
        do {
            return try await page(after: position, limit: pageSize, in: store)
        } catch StoreError.unavailable {
            do {
                return try await page(after: position, limit: 1, in: store)
            } catch StoreError.unavailable(let reason) {
                throw Fault.unreadable(after: head.sequence, reason: reason)
            }
        }
    }

    private func page(after position: Int, limit: Int, in store: any Store) async throws -> [Event] {
        try await store.read { try $0.events(EventQuery(audience: .everything), Page(limit: limit, after: position)) }
    }
}
