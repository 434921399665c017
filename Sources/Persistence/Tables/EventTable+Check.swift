import Connectivity
import ControlPlane

extension EventTable {
    static let stretch = "SELECT \(text.columns) FROM event WHERE sequence >= $1 ORDER BY sequence LIMIT $2"

    /// The texts of a row, by the numbers of their columns.
    static func texts(_ event: Event) -> [(Int32, String?)] {
        let subjects = event.subjects
        return [
            (1, event.id.text), (2, event.kind.rawValue), (4, event.actor.kind.rawValue), (5, event.actor.subject),
            (6, event.httpRequestID), (7, subjects.teamID?.text), (8, subjects.tokenID?.text),
            (9, subjects.accountID?.text), (10, subjects.networkID?.text), (11, subjects.serviceID?.text),
            (12, subjects.requestID?.text), (13, subjects.endpointID?.text), (14, subjects.producerTeamID?.text),
            (15, subjects.consumerTeamID?.text), (16, event.detail.json), (17, event.previousHash), (18, event.hash),
        ]
    }
}

extension SQLiteReading {
    func checkEvents(behind head: EventChain.Head, limit: Int) throws -> EventChain.Head {
        try requireStill(head)
        // From below the first number on: an event slipped in there is one, too.
        guard let start = head == .empty ? .min : head.nextSequence else { return head }
        var head = head
        do {
            try session.forEach(EventTable.stretch, [start, limit]) { columns in
                head = try Self.extend(head, with: &columns)
                return true
            }
        } catch StoreError.damaged(let reason) {
            throw EventLogFault.unreadable(after: head.sequence, reason: reason)
        }
        return head
    }

    private static func extend(_ head: EventChain.Head, with columns: inout Columns) throws -> EventChain.Head {
        do {
            let event = try EventTable.decode(&columns)
            let next = try EventChain.extend(head, with: event, digest: Digest.sha256)
            // The chain holds what the row says; that may be written in more than one way.
            guard EventTable.texts(event).allSatisfy({ columns.holds($1, at: $0) }) else {
                throw EventChain.Break.altered(sequence: event.sequence)
            }
            return next
        } catch let fault as EventChain.Break {
            throw EventLogFault.broken(fault)
        } catch let error as UnreadableColumn {
            throw EventLogFault.unreadable(after: head.sequence, reason: "\(error)")
        }
    }

    /// That the event at the head is there, and has its hash.
    private func requireStill(_ head: EventChain.Head) throws {
        guard head != .empty else { return }
        let found = try session.first("SELECT hash FROM event WHERE sequence = $1", [head.sequence]) {
            try $0.next(String.self)
        }
        guard found != head.hash else { return }
        guard found == nil else { throw EventLogFault.broken(.rewritten(sequence: head.sequence)) }
        let last = try eventHead().sequence
        throw EventLogFault.broken(
            last < head.sequence
                ? .truncated(at: last, expected: head.sequence)
                : .outOfSequence(found: last, expected: head.sequence))
    }
}
