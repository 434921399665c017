import Connectivity
import ControlPlane

/// What the people of a story do, and what they see.
struct People {
    private let server: StoryServer
    private let stage: Stage
    private let producers: ResourceName
    private let consumers: ResourceName

    init(_ server: StoryServer, stage: Stage) throws {
        guard let producers = ResourceName("orders"), let consumers = ResourceName("batch") else {
            throw Failure("plain words are no names")
        }
        self.server = server
        self.stage = stage
        self.producers = producers
        self.consumers = consumers
    }

    // MARK: Acts

    /// Does something unless it is known to have been done: as the API does with an `Idempotency-Key`, what is done and
    /// that it was done are one transaction.
    func once(_ key: String, _ act: @escaping @Sendable (any StoreTransaction) throws -> Void) async throws {
        let now = server.clock.now
        try await server.store.write { transaction in
            guard try transaction.reply(forKey: key, subject: "story") == nil else { return }
            try act(transaction)
            try transaction.keep(
                StoredReply(
                    key: key, subject: "story", fingerprint: key, status: 200, headers: [:], body: "", createdAt: now))
        }
    }

    func hasDone(_ key: String) async throws -> Bool {
        try await server.store.read { try $0.reply(forKey: key, subject: "story") != nil }
    }

    func register() async throws {
        try await once("register") { [useCases = server.useCases, stage, producers, consumers] transaction in
            let admin = Invocation(
                caller: Caller(subject: "root", teams: [], roles: [.admin]), httpRequestID: nil)
            for (name, account) in [(producers, stage.producer), (consumers, stage.consumer)] {
                _ = try useCases.teams.create(
                    name: name, description: nil, contact: nil, by: admin, in: transaction)
                _ = try useCases.accounts.register(
                    .init(
                        name: name, team: .name(name), provider: stage.provider, nativeID: account.nativeID,
                        access: account.access, description: nil), by: admin, in: transaction)
            }
        }
    }

    func offer(_ origin: PublishedService.Origin) async throws {
        let bob = try await producer()
        try await once("offer") { [useCases = server.useCases, stage, producers] in
            _ = try useCases.services.publish(
                .init(
                    name: producers, team: .name(producers), account: .name(producers), region: stage.region,
                    description: nil, documentationURL: nil, origin: origin, visibility: .everyone, policy: .init()),
                by: bob, in: $0)
        }
    }

    func file(_ mode: Endpoint.Mode, lifetime: EndpointRequest.Lifetime = .untilRevoked) async throws {
        guard let network = try await network(), let consumer = try await team(consumers) else {
            throw Failure("there is nothing to file a request for")
        }
        let alice = Self.invocation("alice", of: consumer)
        try await once("file") { [useCases = server.useCases, stage, producers] in
            _ = try useCases.requests.file(
                .init(
                    service: .name(producers), networkID: network.id, subnet: stage.subnet, mode: mode,
                    nativeEndpointID: nil, requestedAddress: nil, reason: "the nightly batch reads orders", ticket: nil,
                    lifetime: lifetime), by: alice, in: $0)
        }
    }

    func decide(_ verdict: Approval.Verdict) async throws {
        guard let request = try await request() else { throw Failure("there is no request") }
        let bob = try await producer()
        try await once("decide") { [useCases = server.useCases] in
            _ = try useCases.requests.decide(
                request.id, verdict, reason: "as agreed", if: .none, by: bob, in: $0)
        }
    }

    func identify(_ nativeID: String) async throws {
        guard let endpoint = try await endpoint() else { throw Failure("there is no endpoint") }
        let alice = Self.invocation("alice", of: endpoint.consumerTeamID)
        try await once("identify") { [useCases = server.useCases] in
            _ = try useCases.endpoints.identify(endpoint.id, nativeID: nativeID, if: .none, by: alice, in: $0)
        }
    }

    func revoke() async throws {
        guard let endpoint = try await endpoint() else { throw Failure("there is no endpoint") }
        let bob = try await producer()
        try await once("revoke") { [useCases = server.useCases] in
            _ = try useCases.endpoints.revoke(endpoint.id, reason: "not needed", if: .none, by: bob, in: $0)
        }
    }

    func withdrawService() async throws {
        let bob = try await producer()
        try await once("withdraw") { [useCases = server.useCases, producers] in
            _ = try useCases.services.withdraw(.name(producers), reason: "end of life", if: .none, by: bob, in: $0)
        }
    }

    private func producer() async throws -> Invocation {
        guard let team = try await team(producers) else { throw Failure("there is no producer") }
        return Self.invocation("bob", of: team)
    }

    private static func invocation(_ subject: String, of team: ID<Team>) -> Invocation {
        Invocation(caller: Caller(subject: subject, teams: [team], roles: []), httpRequestID: nil)
    }

    // MARK: Sights

    func network() async throws -> Network? {
        try await server.store.read { [stage, consumers] reader in
            guard let account = try reader.findAccount(named: consumers) else { return nil }
            return try reader.networks(of: account.id).first { $0.nativeID == stage.network }
        }
    }

    func service() async throws -> PublishedService? {
        try await server.store.read { [producers] in try $0.findService(named: producers) }
    }

    func request() async throws -> EndpointRequest? {
        try await server.store.read { try $0.requests(RequestQuery(audience: .everything), Page(limit: 1)).first }
    }

    func endpoint() async throws -> Endpoint? {
        try await server.store.read { try $0.endpoints(EndpointQuery(audience: .everything), Page(limit: 1)).first }
    }

    /// For a message of failure.
    func standing() async throws -> String {
        let (service, endpoint) = (try await service(), try await endpoint())
        return "service \(service.map { "\($0.phase)" } ?? "none") \(service?.lastError?.message ?? ""), "
            + "endpoint \(endpoint.map { "\($0.phase)" } ?? "none") \(endpoint?.lastError?.message ?? "")"
    }

    private func team(_ name: ResourceName) async throws -> ID<Team>? {
        try await server.store.read { try $0.findTeam(named: name)?.id }
    }
}
