import Connectivity
import ControlPlane
import Crypto

/// Works on a copy, which takes the place of the original if all goes well.
final class InMemoryTransaction: InMemoryReading, StoreTransaction {
    private(set) var tables: InMemoryTables
    private(set) var actions: [@Sendable () -> Void] = []

    init(tables: InMemoryTables) { self.tables = tables }

    func insert(_ team: Team) throws {
        try requireFree(!tables.teams.values.contains { $0.name == team.name })
        try insert(team, team.id, into: \.teams)
    }
    func update(_ team: Team) throws { try replace(team, team.id, in: \.teams, \.revision) }

    func insert(_ token: AccessToken) throws {
        try requireFree(!tables.tokens.values.contains { $0.digest == token.digest })
        try insert(token, token.id, into: \.tokens)
    }
    func update(_ token: AccessToken) throws { try replace(token, token.id, in: \.tokens, \.revision) }
    func touch(_ token: ID<AccessToken>, at instant: Timestamp) throws {
        try change(token, in: \.tokens) { $0.lastUsedAt = instant }
    }

    func insert(_ account: CloudAccount) throws {
        try requireFree(
            !tables.accounts.values.contains {
                $0.name == account.name || ($0.provider == account.provider && $0.nativeID == account.nativeID)
            })
        try insert(account, account.id, into: \.accounts)
    }
    func update(_ account: CloudAccount) throws { try replace(account, account.id, in: \.accounts, \.revision) }

    func insert(_ network: Network) throws {
        try requireFree(
            !tables.networks.values.contains {
                $0.accountID == network.accountID && $0.nativeID == network.nativeID
            })
        try insert(network, network.id, into: \.networks)
    }
    func update(_ network: Network) throws { try replace(network, network.id, in: \.networks, \.revision) }
    func remove(_ network: ID<Network>) throws {
        guard tables.networks.removeValue(forKey: network) != nil else { throw StoreError.stale }
    }

    func insert(_ service: PublishedService) throws {
        try requireFree(!tables.services.values.contains { $0.name == service.name })
        try insert(service, service.id, into: \.services)
    }
    func update(_ service: PublishedService) throws { try replace(service, service.id, in: \.services, \.revision) }

    func insert(_ request: EndpointRequest) throws { try insert(request, request.id, into: \.requests) }
    func update(_ request: EndpointRequest) throws { try replace(request, request.id, in: \.requests, \.revision) }

    func insert(_ approval: Approval) throws { try insert(approval, approval.id, into: \.approvals) }

    func insert(_ endpoint: Endpoint) throws { try insert(endpoint, endpoint.id, into: \.endpoints) }
    func update(_ endpoint: Endpoint) throws { try replace(endpoint, endpoint.id, in: \.endpoints, \.revision) }

    func replaceConnections(of service: ID<PublishedService>, with sightings: [ConnectionSighting]) {
        tables.sightings[service] = Dictionary(
            sightings.map { ($0.connection.nativeID, $0) }, uniquingKeysWith: { _, last in last })
    }

    func append(_ draft: EventDraft) {
        let head = eventHead()
        tables.events.append(
            Event(
                id: draft.id, sequence: head.sequence + 1, kind: draft.kind, at: draft.at, actor: draft.actor,
                httpRequestID: draft.httpRequestID, subjects: draft.subjects, detail: draft.detail,
                previousHash: head.hash, digest: sha256))
    }

    func keep(_ reply: StoredReply) {
        tables.replies[InMemoryTables.ReplyKey(key: reply.key, subject: reply.subject)] = reply
    }
    func removeReplies(createdBefore instant: Timestamp) {
        tables.replies = tables.replies.filter { $0.value.createdAt >= instant }
    }

    func claimDueEndpoints(at instant: Timestamp, lease: Schedule.Lease, limit: Int) -> [Endpoint] {
        claim(in: \.endpoints, \.schedule, at: instant, lease: lease, limit: limit)
    }
    func claimDueServices(at instant: Timestamp, lease: Schedule.Lease, limit: Int) -> [PublishedService] {
        claim(in: \.services, \.schedule, at: instant, lease: lease, limit: limit)
    }
    func claimDueAccounts(at instant: Timestamp, lease: Schedule.Lease, limit: Int) -> [CloudAccount] {
        claim(in: \.accounts, \.schedule, at: instant, lease: lease, limit: limit)
    }
    func reschedule(_ endpoint: ID<Endpoint>, _ schedule: Schedule) throws {
        try change(endpoint, in: \.endpoints) { $0.schedule = schedule }
    }
    func reschedule(_ service: ID<PublishedService>, _ schedule: Schedule) throws {
        try change(service, in: \.services) { $0.schedule = schedule }
    }
    func reschedule(_ account: ID<CloudAccount>, _ schedule: Schedule) throws {
        try change(account, in: \.accounts) { $0.schedule = schedule }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }
}

extension InMemoryTransaction {
    private typealias Table<Record> = WritableKeyPath<InMemoryTables, [ID<Record>: Record]> where Record: Identified

    private func requireFree(_ isFree: Bool) throws(StoreError) {
        guard isFree else { throw .duplicate }
    }

    private func insert<Record>(
        _ record: Record, _ id: ID<Record>, into table: Table<Record>
    ) throws(StoreError) {
        try requireFree(tables[keyPath: table][id] == nil)
        tables[keyPath: table][id] = record
    }

    private func replace<Record>(
        _ record: Record, _ id: ID<Record>, in table: Table<Record>, _ revision: KeyPath<Record, Int>
    ) throws(StoreError) {
        guard let before = tables[keyPath: table][id],
            before[keyPath: revision] == record[keyPath: revision] - 1
        else { throw .stale }
        tables[keyPath: table][id] = record
    }

    private func change<Record>(
        _ id: ID<Record>, in table: Table<Record>, _ body: (inout Record) -> Void
    ) throws(StoreError) {
        guard var record = tables[keyPath: table][id] else { throw .stale }
        body(&record)
        tables[keyPath: table][id] = record
    }

    private func claim<Record>(
        in table: Table<Record>, _ schedule: WritableKeyPath<Record, Schedule>, at instant: Timestamp,
        lease: Schedule.Lease, limit: Int
    ) -> [Record] {
        let due = tables[keyPath: table].compactMap {
            id, record -> (dueAt: Timestamp, id: ID<Record>, record: Record)? in
            guard let dueAt = record[keyPath: schedule].dueAt, dueAt <= instant else { return nil }
            if let held = record[keyPath: schedule].lease, held.expiresAt > instant { return nil }
            return (dueAt, id, record)
        }
        return due.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.prefix(max(0, limit)).map { _, id, record in
            var claimed = record
            claimed[keyPath: schedule].lease = lease
            tables[keyPath: table][id] = claimed
            return claimed
        }
    }
}

/// Lower-case hexadecimal SHA-256.
func sha256(_ text: String) -> String {
    SHA256.hash(data: Array(text.utf8)).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
