import Connectivity
import ControlPlane
import GRDB
import Logging
import Synchronization
import Testing

@testable import Persistence

/// Every read is served by an index, and none sorts: its cost is that of what it returns.
@Suite struct QueryPlanTests {
    @Test func listsAreReadAlongIndexes() throws {
        try check { reader in
            for audience in Self.audiences {
                for page in [Page<ID<EndpointRequest>>(limit: 3), Page(limit: 3, after: Self.id(1))] {
                    for query in Self.requestQueries(audience) { _ = try reader.requests(query, page) }
                }
                for service in [nil, Self.id(1)] as [ID<PublishedService>?] {
                    for team in [nil, Self.id(3)] as [ID<Team>?] {
                        for verdict in [nil, .approve] as [Approval.Verdict?] {
                            _ = try reader.approvals(
                                .init(audience: audience, service: service, verdict: verdict, team: team),
                                Page(limit: 3))
                        }
                        for phase in [nil, .attention] as [Endpoint.Phase?] {
                            for account in [nil, Self.id(4)] as [ID<CloudAccount>?] {
                                _ = try reader.endpoints(
                                    .init(
                                        audience: audience, phase: phase, service: service, team: team,
                                        account: account), Page(limit: 3))
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func listsOfFewerThingsToo() throws {
        try check { reader in
            for audience in Self.audiences {
                for team in [nil, Self.id(1), Self.id(9)] as [ID<Team>?] {
                    for provider in [nil, .aws] as [CloudProvider?] {
                        _ = try reader.accounts(
                            .init(audience: audience, team: team, provider: provider), Page(limit: 3))
                        for phase in [nil, .available] as [PublishedService.Phase?] {
                            _ = try reader.services(
                                .init(audience: audience, team: team, provider: provider, phase: phase),
                                Page(limit: 3))
                        }
                    }
                    for kind in [nil, .teamCreated] as [Event.Kind?] {
                        for service in [nil, Self.id(1)] as [ID<PublishedService>?] {
                            var query = EventQuery(audience: audience, kind: kind, service: service, team: team)
                            _ = try reader.events(query, Page(limit: 3, after: 7))
                            query.request = Self.id(1)
                            _ = try reader.events(query, Page(limit: 3))
                            query.endpoint = Self.id(1)
                            _ = try reader.events(query, Page(limit: 3))
                        }
                    }
                }
                for account in [nil, Self.id(4)] as [ID<CloudAccount>?] {
                    _ = try reader.networks(.init(audience: audience, account: account), Page(limit: 3))
                }
            }
            _ = try reader.teams(Page(limit: 3))
            _ = try reader.tokens(subject: nil, Page(limit: 3))
            _ = try reader.tokens(subject: "ada", Page(limit: 3))
            for requested in [nil, true, false] {
                _ = try reader.connections(of: Self.id(1), requested: requested, Page(limit: 3, after: "a"))
            }
        }
    }

    @Test func singleReadsAndDueWorkAreFoundByIndex() throws {
        let now = Timestamp(milliseconds: 1)
        let lease = Schedule.Lease(owner: "me", expiresAt: now)
        try check { reader in
            _ = try reader.find(Self.id(1) as ID<EndpointRequest>)
            _ = try reader.find(Self.id(1) as ID<Endpoint>)
            _ = try reader.find(Self.id(1) as ID<PublishedService>)
            _ = try reader.find(Self.id(1) as ID<Approval>)
            _ = try reader.findToken(digest: "d")
            _ = try reader.findAccount(provider: .aws, nativeID: "1")
            _ = try ResourceName("orders").map { try reader.findService(named: $0) }
            _ = try reader.openServices(of: Self.id(1))
            _ = try reader.networks(of: Self.id(1))
            _ = try reader.isUsed(Self.id(1))
            _ = try reader.findLiveRequest(service: Self.id(1), network: Self.id(1), subnet: "s")
            _ = try reader.requests(expiredAt: now, limit: 1)
            _ = try reader.endpoints(expiredAt: now, limit: 1)
            _ = try reader.approvals(of: Self.id(1))
            _ = try reader.openEndpoints(of: Self.id(1))
            _ = try reader.openEndpoints(of: Self.id(1), account: Self.id(1))
            _ = try reader.reply(forKey: "k", subject: "s")
            _ = try reader.claimDueEndpoints(at: now, lease: lease, limit: 1)
            _ = try reader.claimDueServices(at: now, lease: lease, limit: 1)
            _ = try reader.claimDueAccounts(at: now, lease: lease, limit: 1)
            try reader.removeReplies(createdBefore: now)
            try reader.replaceConnections(of: Self.id(1), with: [])
        }
    }

    private static let audiences: [Audience] = [.everything, .teams([id(1)]), .teams([id(1), id(2), id(3)])]

    private static func requestQueries(_ audience: Audience) -> [RequestQuery] {
        var queries: [RequestQuery] = []
        for state in [nil, .approved] as [EndpointRequest.State?] {
            for service in [nil, id(1)] as [ID<PublishedService>?] {
                for team in [nil, id(1), id(9)] as [ID<Team>?] {
                    for account in [nil, id(4)] as [ID<CloudAccount>?] {
                        queries.append(
                            .init(audience: audience, state: state, service: service, team: team, account: account))
                    }
                }
            }
        }
        for teams in [nil, [id(1)], [id(1), id(2)]] as [Set<ID<Team>>?] {
            queries.append(.init(audience: audience, awaiting: .init(teams: teams, subject: "olga")))
        }
        return queries
    }

    private static func id<Subject>(_ number: UInt64) -> ID<Subject> {
        ID(at: Timestamp(milliseconds: 1), entropy: .init(high: 0, low: number))
    }

    private static let noDamage = DamageReport(logger: Logger(label: "test"))

    /// The last of a plan's four columns.
    private static func detail(_ columns: inout Columns) throws -> String {
        for _ in 0..<3 { _ = try columns.next(Int.self) }
        return try columns.next()
    }

    /// Collects the statements that `body` runs, and looks at the plan of each.
    private func check(_ body: (SQLiteTransaction) throws -> Void) throws {
        try DatabaseQueue().writeWithoutTransaction { database in
            try Schema.migrate(database)
            let statements = Mutex<Set<String>>([])
            database.trace { event in
                if case .statement(let statement) = event { statements.withLock { _ = $0.insert(statement.sql) } }
            }
            try body(SQLiteTransaction(session: Session(database, damage: Self.noDamage)))
            database.trace(nil)
            let seen = statements.withLock { $0 }
            #expect(seen.count > 10)
            for sql in seen {
                let plan = try Session(database, damage: Self.noDamage).rows(
                    "EXPLAIN QUERY PLAN \(sql)", [], Self.detail)
                for step in plan {
                    #expect(!sql.contains("NOT EXISTS") || !step.contains("approval_by_verdict"), "\(step) in: \(sql)")
                    #expect(!step.hasPrefix("SCAN") && !step.contains("TEMP B-TREE"), "\(step) in: \(sql)")
                }
            }
        }
    }
}
