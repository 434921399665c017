import Connectivity
import Testing

/// The chain as an auditor relies on it: whatever is done to a log, the first bad event is named.
struct EventChainTests {
    /// Not SHA-256, but it tells texts apart, which is all that the rules need.
    private static func digest(_ text: String) -> String { "<\(text)>" }

    private static func event(
        _ sequence: Int, after previous: String, detail: [String: String] = ["reason": "because"],
        subjects: Event.Subjects = .init(teamID: Samples.producer), httpRequestID: String? = "r"
    ) -> Event {
        Event(
            id: Samples.id(UInt64(sequence)), sequence: sequence, kind: .teamCreated, at: Samples.start,
            actor: .reconciler, httpRequestID: httpRequestID, subjects: subjects, detail: detail,
            previousHash: previous, digest: digest)
    }

    private static let log: [Event] = {
        var log: [Event] = []
        for sequence in 1...4 { log.append(event(sequence, after: log.last?.hash ?? EventChain.origin)) }
        return log
    }()

    private static func check(_ log: [Event]) throws(EventChain.Break) -> EventChain.Head {
        var head = EventChain.Head.empty
        for event in log { head = try EventChain.extend(head, with: event, digest: digest) }
        return head
    }

    @Test func anUntouchedLogHolds() throws {
        let head = try Self.check(Self.log)
        #expect(head == EventChain.Head(sequence: 4, hash: Self.log[3].hash))
    }

    @Test func aRemovedEventIsMissed() {
        var log = Self.log
        log.remove(at: 1)
        #expect(throws: EventChain.Break.outOfSequence(found: 3, expected: 2)) { try Self.check(log) }
    }

    @Test func reorderedEventsAreSeen() {
        var log = Self.log
        log.swapAt(1, 2)
        #expect(throws: EventChain.Break.outOfSequence(found: 3, expected: 2)) { try Self.check(log) }
    }

    @Test func aChangedEventIsNamed() {
        var log = Self.log
        let old = log[2]
        log[2] = Event(
            id: old.id, sequence: old.sequence, kind: old.kind, at: old.at, actor: old.actor,
            httpRequestID: old.httpRequestID, subjects: old.subjects, detail: ["reason": "another"],
            previousHash: old.previousHash, hash: old.hash)
        #expect(throws: EventChain.Break.altered(sequence: 3)) { try Self.check(log) }
    }

    @Test func aForgedEventDoesNotFitTheNext() {
        var log = Self.log
        log[2] = Self.event(3, after: log[1].hash, detail: ["reason": "another"])
        #expect(throws: EventChain.Break.unlinked(sequence: 4)) { try Self.check(log) }
    }

    @Test func noTwoEventsShareAText() {
        let variants = [
            Self.event(1, after: "x"), Self.event(2, after: "x"), Self.event(1, after: "y"),
            Self.event(1, after: "x", detail: ["a": "b", "c": "d"]), Self.event(1, after: "x", detail: ["a": "b,1:c"]),
            Self.event(1, after: "x", detail: ["a": "b,1:c,1:d"]), Self.event(1, after: "x", detail: [:]),
            Self.event(1, after: "x", subjects: .init(producerTeamID: Samples.producer)),
            Self.event(1, after: "x", subjects: .init(consumerTeamID: Samples.producer)),
            Self.event(1, after: "x", httpRequestID: nil), Self.event(1, after: "x", httpRequestID: "-"),
        ]
        #expect(Set(variants.map(\.canonicalText)).count == variants.count)
    }
}
