/// What makes the log tamper-evident: each event carries the hash of the one before, so that whoever keeps the newest
/// hash can tell whether anything before it was changed, removed, inserted or moved.
public enum EventChain {
    /// What the first event names as the hash before it.
    public static let origin = String(repeating: "0", count: 64)

    /// Whether it is a hash as the chain writes them: 64 lower-case hexadecimal digits.
    public static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The newest event's place and hash: what an auditor keeps.
    public struct Head: Hashable, Sendable {
        /// 0 for an empty log.
        public let sequence: Int
        /// As it stands there: `isHash` tells whether it is one.
        public let hash: String

        public static let empty = Head(sequence: 0, hash: EventChain.origin)

        public init(sequence: Int, hash: String) {
            self.sequence = sequence
            self.hash = hash
        }

        /// nil behind the last number there is.
        public var nextSequence: Int? {
            let (next, isPastTheLast) = sequence.addingReportingOverflow(1)
            return isPastTheLast ? nil : next
        }
    }

    /// The first event at which the log is not what was written.
    public enum Break: Error, Hashable, CustomStringConvertible {
        /// Another sequence number was expected: something was removed, inserted or moved.
        case outOfSequence(found: Int, expected: Int)
        /// It names another hash for the event before it than that event has.
        case unlinked(sequence: Int)
        /// Its own hash does not fit what it says.
        case altered(sequence: Int)
        /// The log ends before the head that somebody kept.
        case truncated(at: Int, expected: Int)
        /// The event at the kept head has another hash than the kept one.
        case rewritten(sequence: Int)

        /// The place in the log, counted from 1, at which it is not what was written.
        public var sequence: Int {
            switch self {
            case .outOfSequence(_, let expected): expected
            case .unlinked(let sequence), .altered(let sequence), .rewritten(let sequence): sequence
            case .truncated(let last, _): last + 1
            }
        }

        public var description: String {
            switch self {
            case .outOfSequence(let found, let expected):
                "event \(found) stands where event \(expected) should: events were removed, inserted or reordered"
            case .unlinked(let sequence):
                "event \(sequence) does not follow from the event before it: one of the two was replaced"
            case .altered(let sequence): "event \(sequence) was changed after it was written"
            case .truncated(let last, let expected):
                "the log ends at event \(last), but event \(expected) is known to have been written"
            case .rewritten(let sequence):
                "event \(sequence) is not the one that was kept: the log was rewritten up to there"
            }
        }
    }

    /// Checks that `event` is the one after `head`, and gives the head after it.
    /// - Parameter digest: lower-case hexadecimal SHA-256.
    /// - Throws: `Break`.
    public static func extend(
        _ head: Head, with event: Event, digest: (String) -> String
    ) throws(Break) -> Head {
        guard event.sequence == head.nextSequence else {
            throw .outOfSequence(found: event.sequence, expected: head.nextSequence ?? head.sequence)
        }
        guard event.previousHash == head.hash else { throw .unlinked(sequence: event.sequence) }
        guard event.hash == digest(event.canonicalText) else { throw .altered(sequence: event.sequence) }
        return Head(sequence: event.sequence, hash: event.hash)
    }
}

extension Event {
    /// Everything that the event says, with the hash before it, in one text that no two different events share: each
    /// field is preceded by its length in UTF-8.
    public var canonicalText: String {
        let subjects: [String?] = [
            subjects.teamID?.text, subjects.tokenID?.text, subjects.accountID?.text, subjects.networkID?.text,
            subjects.serviceID?.text, subjects.requestID?.text, subjects.endpointID?.text,
            subjects.producerTeamID?.text,
            subjects.consumerTeamID?.text,
        ]
        let fields: [String?] =
            [
                "1", previousHash, String(sequence), id.text, kind.rawValue, at.description, actor.kind.rawValue,
                actor.subject, httpRequestID,
            ] + subjects + detail.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        return fields.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
    }
}
