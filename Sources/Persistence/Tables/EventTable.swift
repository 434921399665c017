import Connectivity
import ControlPlane

enum EventTable {
    static let text = TableText(
        "event",
        columns: """
            sequence, id, kind, at, actor_kind, actor_subject, http_request_id, team_id, token_id, account_id, network_id, \
            service_id, request_id, endpoint_id, producer_team_id, consumer_team_id, detail, previous_hash, hash
            """, count: 19)

    static let append = """
        INSERT INTO event (\(text.columns)) VALUES (\(TableText.places(19)))
        """
    static let findBySequence = "SELECT \(text.columns) FROM event WHERE sequence = $1"

    static func decode(_ columns: inout Columns) throws -> Event {
        let sequence: Int = try columns.next()
        return Event(
            id: try columns.next(), sequence: sequence, kind: try columns.next(), at: try columns.next(),
            actor: Event.Actor(kind: try columns.next(), subject: try columns.next()),
            httpRequestID: try columns.next(),
            subjects: Event.Subjects(
                teamID: try columns.next(), tokenID: try columns.next(), accountID: try columns.next(),
                networkID: try columns.next(), serviceID: try columns.next(), requestID: try columns.next(),
                endpointID: try columns.next(), producerTeamID: try columns.next(),
                consumerTeamID: try columns.next()),
            detail: try columns.next(), previousHash: try columns.next(), hash: try columns.next())
    }

    /// What stands in the columns of an event.
    static func values(_ event: Event) -> [any SQLValue] {
        let subjects = event.subjects
        return [
            event.sequence, event.id, event.kind, event.at, event.actor.kind, event.actor.subject,
            event.httpRequestID, subjects.teamID, subjects.tokenID, subjects.accountID, subjects.networkID,
            subjects.serviceID, subjects.requestID, subjects.endpointID, subjects.producerTeamID,
            subjects.consumerTeamID, event.detail, event.previousHash, event.hash,
        ]
    }

    typealias Branch = KeysetList<Int>.Branch

    static func branches(_ query: EventQuery) -> [Branch] {
        if let endpoint = query.endpoint {
            return [Branch("event_by_endpoint", Condition("endpoint_id = ?", endpoint))]
        }
        if let request = query.request { return [Branch("event_by_request", Condition("request_id = ?", request))] }
        if let team = query.team { return sides(of: team) }
        if let service = query.service { return [Branch("event_by_service", Condition("service_id = ?", service))] }
        switch query.audience {
        case .teams(let teams): return teams.sorted().flatMap(sides)
        case .everything:
            return query.kind.map { [Branch("event_by_kind", Condition("kind = ?", $0))] } ?? [Branch(nil)]
        }
    }

    private static func sides(of team: ID<Team>) -> [Branch] {
        [
            Branch("event_by_team", Condition("team_id = ?", team)),
            Branch("event_by_producer", Condition("producer_team_id = ?", team)),
            Branch("event_by_consumer", Condition("consumer_team_id = ?", team)),
        ]
    }

    static func filters(_ query: EventQuery) -> [Condition] {
        let sides = ["team_id", "producer_team_id", "consumer_team_id"]
        let isLedByOne = query.endpoint != nil || query.request != nil
        var filters: [Condition] = []
        if let kind = query.kind { filters.append(Condition("kind = ?", kind)) }
        if let service = query.service { filters.append(Condition("service_id = ?", service)) }
        if let request = query.request { filters.append(Condition("request_id = ?", request)) }
        if let team = query.team, isLedByOne {
            filters.append(
                Condition("(\(sides.map { "\($0) = ?" }.joined(separator: " OR ")))", all: sides.map { _ in team }))
        }
        let isLedByAudience = !isLedByOne && query.team == nil && query.service == nil
        if case .teams(let teams) = query.audience, !isLedByAudience {
            filters.append(.anyOf("team_id", "producer_team_id", "consumer_team_id", in: teams.sorted()))
        }
        return filters
    }
}

extension SQLiteReading {
    func events(_ query: EventQuery, _ page: Page<Int>) throws -> [Event] {
        try KeysetList<Int>(
            table: "event", key: "sequence", isDescending: false, start: page.after ?? 0,
            branches: EventTable.branches(query), filters: EventTable.filters(query), limit: page.limit
        )
        .records(in: session, columns: EventTable.text.columns, EventTable.decode) { sequence in
            try session.first(
                EventTable.findBySequence, [sequence], EventTable.decode)
        }
    }

    /// A row below the first number is no part of the log, and `checkEvents` tells of it.
    func eventHead() throws -> EventChain.Head {
        try session.first("SELECT sequence, hash FROM event WHERE sequence > 0 ORDER BY sequence DESC LIMIT 1", []) {
            EventChain.Head(sequence: try $0.next(), hash: try $0.next())
        } ?? .empty
    }
}

extension SQLiteTransaction {
    func append(_ draft: EventDraft) throws {
        let head = try eventHead()
        guard let sequence = head.nextSequence else {
            throw session.noteDamage("the log of events has no number after \(head.sequence)")
        }
        let event = Event(
            id: draft.id, sequence: sequence, kind: draft.kind, at: draft.at, actor: draft.actor,
            httpRequestID: draft.httpRequestID, subjects: draft.subjects, detail: draft.detail,
            previousHash: EventChain.isHash(head.hash) ? head.hash : EventChain.origin, digest: Digest.sha256)
        try session.run(EventTable.append, EventTable.values(event))
    }
}
