public import Connectivity
public import ControlPlane
import Synchronization

/// Records for the store's contract: each call makes another, with an id of its own, younger than those before.
public final class StoreSamples: Sendable {
    public static let epoch = Timestamp(milliseconds: 1_800_000_000_000)

    private let count: Mutex<Int>

    /// - Parameter first: where the ids begin; samples that begin apart never meet.
    public init(first: Int = 0) { count = Mutex(first) }

    /// Advances with every record.
    public var now: Timestamp { Self.epoch + .milliseconds(count.withLock { $0 }) }

    private func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    public func id<Subject>() -> ID<Subject> {
        let number = next()
        return ID(
            at: Self.epoch + .milliseconds(number), entropy: ULID.Entropy(high: 0, low: UInt64(number)))
    }

    public func name() -> ResourceName {
        let id: ID<Team> = id()
        // An id's body has the letters and digits that a name may have.
        return ResourceName("n\(id.text.dropFirst(5))") ?? Self.fallbackName
    }

    private static let fallbackName: ResourceName = {
        guard let name = ResourceName("unnamed") else { preconditionFailure("a name that is one by its look") }
        return name
    }()

    public func team() -> Team {
        Team(
            id: id(), name: name(), description: "Orders \"and\" more\n", contact: nil, createdAt: now,
            updatedAt: now)
    }

    public func token(subject: String = "ada", teams: Set<ID<Team>> = []) -> AccessToken {
        let id: ID<AccessToken> = id()
        return AccessToken(
            id: id, subject: subject, teams: teams, roles: [.auditor], description: nil, digest: "digest of \(id)",
            createdAt: now, createdBy: "operator", expiresAt: now + .seconds(60))
    }

    public func account(of team: ID<Team>, provider: CloudProvider = .aws) -> CloudAccount {
        let id: ID<CloudAccount> = id()
        return CloudAccount(
            id: id, name: name(), teamID: team, provider: provider, nativeID: "native \(id)",
            access: CloudAccess(identity: "role", externalID: nil, regions: ["eu-west-1", "eu-north-1"]),
            description: "", schedule: Schedule(dueAt: now), createdAt: now, updatedAt: now)
    }

    public func network(of account: ID<CloudAccount>) -> Network {
        let id: ID<Network> = id()
        let range = CIDR("10.0.0.0/16")
        let subnets = CIDR("10.0.1.0/24").map {
            [
                Subnet(name: "batch-a", nativeID: "subnet-1", region: "eu-west-1", zone: "euw1-az1", range: $0),
                Subnet(name: "bätch\\b", nativeID: "subnet-2", region: "eu-west-1", zone: nil, range: $0),
            ]
        }
        return Network(
            id: id, accountID: account, name: "main", nativeID: "vpc \(id)", region: nil,
            ranges: range.map { [$0] } ?? [], subnets: subnets ?? [], source: .discovered, observedAt: now,
            createdAt: now, updatedAt: now)
    }

    public func service(
        of account: CloudAccount, visibility: PublishedService.Visibility = .everyone
    ) -> PublishedService {
        PublishedService(
            id: id(), name: name(), teamID: account.teamID, accountID: account.id, provider: account.provider,
            region: "eu-west-1", description: nil, documentationURL: "https://example.org",
            origin: .adopted(nativeID: "vpce-svc-1"), visibility: visibility,
            policy: AccessPolicy(
                acceptList: ConsumerList(teams: [account.teamID], accounts: [account.id]), approvalsRequired: 2,
                maximumLifetime: .seconds(7200)),
            schedule: Schedule(dueAt: now), createdAt: now, updatedAt: now)
    }

    public func request(
        for service: PublishedService, from network: Network, of consumer: CloudAccount, subnet: String = "subnet-1"
    ) -> EndpointRequest {
        EndpointRequest(
            id: id(), serviceID: service.id, producerTeamID: service.teamID, consumerTeamID: consumer.teamID,
            accountID: consumer.id, networkID: network.id, subnet: subnet, mode: .managed, nativeEndpointID: nil,
            requestedAddress: IPv4Address("10.0.1.7"),
            options: EndpointOptions(securityGroups: ["sg-1"], privateDNS: true, ipAddressType: .dualStack),
            reason: "the nightly \u{1F319} batch",
            ticket: "CHG-1", lifetime: .lasting(.seconds(3600)), approvalsRequired: 1,
            findings: [Finding(code: .cidrOverlap, severity: .info, message: "Both use \"10.0.0.0/16\".")],
            requestedBy: "carol", createdAt: now, expiresAt: now + .seconds(600), updatedAt: now)
    }

    public func approval(
        of request: EndpointRequest, _ verdict: Approval.Verdict = .approve, by subject: String = "olga"
    ) -> Approval {
        Approval(
            id: id(), requestID: request.id, serviceID: request.serviceID, producerTeamID: request.producerTeamID,
            consumerTeamID: request.consumerTeamID, verdict: verdict, reason: "fine", decidedBy: subject,
            origin: .person, asAdmin: false, createdAt: now)
    }

    public func endpoint(of request: EndpointRequest) -> Endpoint {
        Endpoint(
            id: id(), requestID: request.id, serviceID: request.serviceID, producerTeamID: request.producerTeamID,
            consumerTeamID: request.consumerTeamID, accountID: request.accountID, networkID: request.networkID,
            subnet: request.subnet, mode: request.mode, requestedAddress: request.requestedAddress,
            options: request.options, schedule: Schedule(dueAt: now), expiresAt: now + .seconds(900), createdAt: now,
            updatedAt: now)
    }

    public func event(_ kind: Event.Kind, about subjects: Event.Subjects) -> EventDraft {
        EventDraft(
            id: id(), kind: kind, at: now, actor: .init(kind: .user, subject: "ada"), httpRequestID: "r-1",
            subjects: subjects, detail: ["reason": "tab\tand \"quotes\"", "b": ""])
    }

    public func sighting(_ nativeID: String, endpoint: ID<Endpoint>? = nil) -> ConnectionSighting {
        _ = next()
        return ConnectionSighting(
            connection: Connection(
                nativeID: nativeID, accountNativeID: "111122223333", networkNativeID: nil, status: .needsAttention,
                nativeStatus: "NEEDS_ATTENTION", isServing: false),
            endpointID: endpoint, firstSeenAt: now, lastSeenAt: now)
    }

    public func reply(key: String, subject: String = "ada") -> StoredReply {
        let number = next()
        return StoredReply(
            key: key, subject: subject, fingerprint: "f\(number)", status: 201, headers: ["location": "/v1/x"],
            body: "{}", createdAt: now)
    }
}

/// Two teams with an account, a network and a service each: what most rules start from.
public struct StoreScene: Sendable {
    public let samples = StoreSamples()
    public let producer: Team
    public let consumer: Team
    public let producerAccount: CloudAccount
    public let consumerAccount: CloudAccount
    public let network: Network
    public let service: PublishedService

    public init() {
        producer = samples.team()
        consumer = samples.team()
        producerAccount = samples.account(of: producer.id)
        consumerAccount = samples.account(of: consumer.id)
        network = samples.network(of: consumerAccount.id)
        service = samples.service(of: producerAccount)
    }

    /// Puts everything into the store.
    public func enter(_ store: any Store) async throws {
        try await store.write { transaction in
            for team in [producer, consumer] { try transaction.insert(team) }
            for account in [producerAccount, consumerAccount] { try transaction.insert(account) }
            try transaction.insert(network)
            try transaction.insert(service)
        }
    }

    public func request(subnet: String = "subnet-1") -> EndpointRequest {
        samples.request(for: service, from: network, of: consumerAccount, subnet: subnet)
    }
}
