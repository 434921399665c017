import Connectivity

/// Things to test rules on; only what a rule looks at differs.
enum Samples {
    static let start = Timestamp(milliseconds: 1_790_000_000_000)
    static let producer: ID<Team> = id(1)
    static let consumer: ID<Team> = id(2)
    static let outsider: ID<Team> = id(3)

    static func id<Subject>(_ number: UInt64) -> ID<Subject> { ID(at: start, entropy: .init(high: 0, low: number)) }

    static func caller(
        _ teams: ID<Team>..., subject: String = "someone", roles: Set<AccessToken.Role> = []
    ) -> Caller {
        Caller(subject: subject, teams: Set(teams), roles: roles)
    }

    static func name(_ raw: String) -> ResourceName {
        guard let name = ResourceName(raw) else { preconditionFailure("not a name: \(raw)") }
        return name
    }

    static func service(
        visibility: PublishedService.Visibility = .everyone, policy: AccessPolicy = AccessPolicy()
    ) -> PublishedService {
        PublishedService(
            id: id(10), name: name("orders-api"), teamID: producer, accountID: id(11), provider: .gcp,
            region: "europe-west1", description: nil, documentationURL: nil, origin: .adopted(nativeID: "s"),
            visibility: visibility, policy: policy, schedule: Schedule(dueAt: nil), createdAt: start, updatedAt: start)
    }

    static func account(of team: ID<Team> = consumer) -> CloudAccount {
        CloudAccount(
            id: id(20), name: name("batch"), teamID: team, provider: .gcp, nativeID: "acme-batch", description: nil,
            schedule: Schedule(dueAt: nil), createdAt: start, updatedAt: start)
    }

    static func network(_ ranges: String...) -> Network {
        Network(
            id: id(30), accountID: id(20), name: "n", nativeID: "n", region: nil,
            ranges: ranges.compactMap { CIDR($0) },
            subnets: [], source: .declared, observedAt: start, createdAt: start, updatedAt: start)
    }

    static func request(requestedBy: String = "requester", approvals: Int = 1) -> EndpointRequest {
        EndpointRequest(
            id: id(40), serviceID: id(10), producerTeamID: producer, consumerTeamID: consumer, accountID: id(20),
            networkID: id(30), subnet: "s", mode: .managed, nativeEndpointID: nil, requestedAddress: nil,
            reason: "because", ticket: nil, lifetime: .untilRevoked, approvalsRequired: approvals, findings: [],
            requestedBy: requestedBy, createdAt: start, expiresAt: start + .seconds(60), updatedAt: start)
    }

    static func endpoint(phase: Endpoint.Phase = .admitting, lastError: Fault? = nil) -> Endpoint {
        Endpoint(
            id: id(50), requestID: id(40), serviceID: id(10), producerTeamID: producer, consumerTeamID: consumer,
            accountID: id(20), networkID: id(30), subnet: "s", mode: .managed, requestedAddress: nil, phase: phase,
            lastError: lastError, schedule: Schedule(dueAt: start), expiresAt: nil, createdAt: start, updatedAt: start)
    }
}
