import Connectivity
import ControlPlane

/// The reads, which a snapshot and a transaction have in common.
protocol InMemoryReading: StoreReader {
    var tables: InMemoryTables { get }
}

extension InMemoryReading {
    func find(_ id: ID<Team>) -> Team? { tables.teams[id] }
    func findTeam(named name: ResourceName) -> Team? { tables.teams.values.first { $0.name == name } }
    func teams(_ page: Page<ID<Team>>) -> [Team] { newestFirst(tables.teams, page) { _ in true } }

    func find(_ id: ID<AccessToken>) -> AccessToken? { tables.tokens[id] }
    func findToken(digest: String) -> AccessToken? { tables.tokens.values.first { $0.digest == digest } }
    func tokens(subject: String?, _ page: Page<ID<AccessToken>>) -> [AccessToken] {
        newestFirst(tables.tokens, page) { matches(subject, $0.subject) }
    }

    func find(_ id: ID<CloudAccount>) -> CloudAccount? { tables.accounts[id] }
    func findAccount(named name: ResourceName) -> CloudAccount? { tables.accounts.values.first { $0.name == name } }
    func findAccount(provider: CloudProvider, nativeID: String) -> CloudAccount? {
        tables.accounts.values.first { $0.provider == provider && $0.nativeID == nativeID }
    }
    func accounts(_ query: AccountQuery, _ page: Page<ID<CloudAccount>>) -> [CloudAccount] {
        newestFirst(tables.accounts, page) {
            query.audience.includes($0.teamID) && matches(query.team, $0.teamID) && matches(query.provider, $0.provider)
        }
    }

    func find(_ id: ID<Network>) -> Network? { tables.networks[id] }
    func networks(of account: ID<CloudAccount>) -> [Network] {
        tables.networks.values.filter { $0.accountID == account }.sorted { $0.id < $1.id }
    }
    func networks(_ query: NetworkQuery, _ page: Page<ID<Network>>) -> [Network] {
        newestFirst(tables.networks, page) {
            query.audience.includes(tables.accounts[$0.accountID]?.teamID) && matches(query.account, $0.accountID)
        }
    }
    func isUsed(_ network: ID<Network>) -> Bool { tables.requests.values.contains { $0.networkID == network } }

    func find(_ id: ID<PublishedService>) -> PublishedService? { tables.services[id] }
    func findService(named name: ResourceName) -> PublishedService? { tables.services.values.first { $0.name == name } }
    func openServices(of account: ID<CloudAccount>) -> [PublishedService] {
        tables.services.values.filter { $0.accountID == account && $0.phase != .retired }.sorted { $0.id < $1.id }
    }
    func services(_ query: ServiceQuery, _ page: Page<ID<PublishedService>>) -> [PublishedService] {
        newestFirst(tables.services, page) {
            query.audience.sees($0) && matches(query.team, $0.teamID) && matches(query.provider, $0.provider)
                && matches(query.phase, $0.phase)
        }
    }

    func find(_ id: ID<Approval>) -> Approval? { tables.approvals[id] }
    func approvals(of request: ID<EndpointRequest>) -> [Approval] {
        tables.approvals.values.filter { $0.requestID == request }.sorted { $0.id < $1.id }
    }
    func approvals(_ query: ApprovalQuery, _ page: Page<ID<Approval>>) -> [Approval] {
        newestFirst(tables.approvals, page) {
            query.audience.includes($0.producerTeamID, $0.consumerTeamID) && matches(query.service, $0.serviceID)
                && matches(query.verdict, $0.verdict) && matches(query.team, $0.producerTeamID, $0.consumerTeamID)
        }
    }

    func connections(
        of service: ID<PublishedService>, requested: Bool?, _ page: Page<String>
    ) -> [ConnectionSighting] {
        let sightings = (tables.sightings[service] ?? [:]).values
            .filter { sighting in
                matches(requested, sighting.endpointID != nil)
                    && page.after.map { $0.utf8.lexicographicallyPrecedes(sighting.connection.nativeID.utf8) } ?? true
            }
            .sorted { $0.connection.nativeID.utf8.lexicographicallyPrecedes($1.connection.nativeID.utf8) }
        return Array(sightings.prefix(page.limit))
    }

    func events(_ query: EventQuery, _ page: Page<Int>) -> [Event] {
        let events = tables.events.dropFirst(page.after ?? 0).lazy.filter { event in
            let subjects = event.subjects
            return query.audience.includes(subjects.teamID, subjects.producerTeamID, subjects.consumerTeamID)
                && matches(query.kind, event.kind) && matches(query.service, subjects.serviceID)
                && matches(query.request, subjects.requestID) && matches(query.endpoint, subjects.endpointID)
                && matches(query.team, subjects.teamID, subjects.producerTeamID, subjects.consumerTeamID)
        }
        return Array(events.prefix(page.limit))
    }

    func eventHead() -> EventChain.Head {
        tables.events.last.map { EventChain.Head(sequence: $0.sequence, hash: $0.hash) } ?? .empty
    }

    func checkEvents(behind head: EventChain.Head, limit: Int) throws -> EventChain.Head {
        let place = head.sequence - 1
        if head != .empty, !tables.events.indices.contains(place) {
            throw EventLogFault.broken(.truncated(at: tables.events.count, expected: head.sequence))
        }
        if head != .empty, tables.events[place].hash != head.hash {
            throw EventLogFault.broken(.rewritten(sequence: head.sequence))
        }
        do {
            return try tables.events.dropFirst(head.sequence).prefix(limit).reduce(head) {
                try EventChain.extend($0, with: $1, digest: sha256)
            }
        } catch let fault as EventChain.Break {
            throw EventLogFault.broken(fault)
        }
    }

    func reply(forKey key: String, subject: String) -> StoredReply? {
        tables.replies[InMemoryTables.ReplyKey(key: key, subject: subject)]
    }
}

/// A page of a table, in the order of ids from the newest on.
func newestFirst<Record>(
    _ table: [ID<Record>: Record], _ page: Page<ID<Record>>, where isWanted: (Record) -> Bool
) -> [Record] {
    let entries = table.filter { entry in page.after.map { entry.key < $0 } ?? true && isWanted(entry.value) }
    return entries.sorted { $0.key > $1.key }.prefix(page.limit).map(\.value)
}

/// Whether one of the candidates is the wanted one; no wish is always met.
func matches<Value: Equatable>(_ wanted: Value?, _ candidates: Value?...) -> Bool {
    wanted.map { candidates.contains($0) } ?? true
}

extension Audience {
    func includes(_ candidates: ID<Team>?...) -> Bool {
        switch self {
        case .everything: true
        case .teams(let teams): candidates.contains { $0.map(teams.contains) ?? false }
        }
    }

    func sees(_ service: PublishedService) -> Bool {
        switch (self, service.visibility) {
        case (.everything, _), (.teams, .everyone): true
        case (.teams(let mine), .teams(let viewers)): mine.contains(service.teamID) || !mine.isDisjoint(with: viewers)
        }
    }
}
