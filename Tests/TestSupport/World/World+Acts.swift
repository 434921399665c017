public import Connectivity
public import ControlPlane
import FakeCloud
import Logging

/// What people do in the world, through the use cases.
extension World {
    public func caller(
        _ subject: String, _ teams: [ID<Team>] = [], roles: Set<AccessToken.Role> = []
    ) -> Invocation {
        Invocation(caller: Caller(subject: subject, teams: Set(teams), roles: roles), httpRequestID: nil)
    }

    public var admin: Invocation { caller("root", roles: [.admin]) }

    /// Ids of what the control plane knows after `register`.
    public struct Registry: Sendable {
        public let producers: ID<Team>
        public let consumers: ID<Team>
        public var service: ID<PublishedService>
        public let network: ID<Network>
        public let account: ID<CloudAccount>
    }

    /// Registers both teams and accounts, reads their networks, and adopts the service.
    public func register(_ policy: Services.PolicyWish = .init()) async throws -> Registry {
        try await store.write { [self] transaction in
            for party in [producer, consumer] {
                let team = try useCases.teams.create(
                    name: party.name, description: nil, contact: nil, by: admin, in: transaction)
                _ = try useCases.accounts.register(
                    .init(
                        name: party.name, team: .id(team.id), provider: provider, nativeID: party.accountNativeID,
                        description: nil), by: admin, in: transaction)
            }
            _ = try useCases.services.publish(
                .init(
                    name: producer.name, team: .name(producer.name), account: .name(producer.name), region: region,
                    description: nil, documentationURL: nil, origin: .adopted(nativeID: serviceNativeID),
                    visibility: .everyone, policy: policy), by: admin, in: transaction)
        }
        await reconciler().runUntilSettled()
        return try await store.read { [self] reader in
            guard let producers = try reader.findTeam(named: producer.name),
                let consumers = try reader.findTeam(named: consumer.name),
                let account = try reader.findAccount(named: consumer.name),
                let service = try reader.findService(named: producer.name),
                let network = try reader.networks(of: account.id).first
            else { throw WorldError("the world is not registered") }
            return Registry(
                producers: producers.id, consumers: consumers.id, service: service.id, network: network.id,
                account: account.id)
        }
    }

    /// A reconciler of its own instance, as another process would have. Its backends share nothing but the cloud.
    /// - Parameter wrap: puts something between the reconciler and the cloud.
    public func reconciler(
        instance: String = "test", store: (any Store)? = nil,
        wrap: (any CloudBackend) -> any CloudBackend = { $0 }
    ) -> Reconciler {
        Reconciler(
            store: store ?? self.store, backends: [provider: wrap(cloud.backend(for: provider))], useCases: useCases,
            environment: clock.environment, settings: ReconcilerSettings(), wake: wake, instance: instance,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Lets the reconciler work and time pass until nothing more happens, at most `hours` long.
    public func settle(_ reconciler: Reconciler, rounds: Int = 12, step: Duration = .seconds(310)) async {
        for _ in 0..<rounds {
            await reconciler.runUntilSettled()
            clock.advance(by: step)
        }
        await reconciler.runUntilSettled()
    }

    public func file(
        _ registry: Registry, subnet: String? = nil, mode: Endpoint.Mode = .managed, nativeEndpointID: String? = nil,
        address: IPv4Address? = nil, lifetime: EndpointRequest.Lifetime = .untilRevoked, by subject: String = "alice"
    ) async throws -> EndpointRequest {
        let filing = EndpointRequests.Filing(
            service: .id(registry.service), networkID: registry.network, subnet: subnet ?? consumer.subnet.name,
            mode: mode, nativeEndpointID: nativeEndpointID, requestedAddress: address,
            reason: "the nightly batch reads orders", ticket: nil, lifetime: lifetime)
        let invocation = caller(subject, [registry.consumers])
        return try await store.write { [self] in try useCases.requests.file(filing, by: invocation, in: $0) }
    }

    @discardableResult
    public func decide(
        _ request: ID<EndpointRequest>, _ registry: Registry, _ verdict: Approval.Verdict = .approve,
        by subject: String = "bob"
    ) async throws -> EndpointRequest {
        let invocation = caller(subject, [registry.producers])
        return try await store.write { [self] in
            try useCases.requests.decide(request, verdict, reason: "fine", if: .none, by: invocation, in: $0).request
        }
    }

    /// Makes an endpoint of the Google consumer's by hand, in a network of its that nobody has approved; its native id.
    public func endpointInAnotherNetwork(_ registry: Registry) async throws -> String {
        guard let range = CIDR("10.9.0.0/24"), let name = try await service(registry).serviceName else {
            throw WorldError("nothing to make an endpoint for")
        }
        let subnet = Subnet(
            name: "other", nativeID: "projects/batch-prod/regions/\(region)/subnetworks/other", region: region,
            zone: nil,
            range: range)
        try cloud.addNetwork(
            "projects/batch-prod/global/networks/other", name: "other", in: consumer.accountNativeID, region: nil,
            ranges: [range], subnets: [subnet])
        return try await cloud.createEndpoint(
            accountNativeID: consumer.accountNativeID, subnetNativeID: subnet.nativeID, serviceName: name)
    }

    /// Files a request and approves it.
    public func approved(
        _ registry: Registry, subnet: String? = nil, mode: Endpoint.Mode = .managed, nativeEndpointID: String? = nil,
        address: IPv4Address? = nil, lifetime: EndpointRequest.Lifetime = .untilRevoked
    ) async throws -> ID<Endpoint> {
        let request = try await file(
            registry, subnet: subnet, mode: mode, nativeEndpointID: nativeEndpointID, address: address,
            lifetime: lifetime)
        guard let endpoint = try await decide(request.id, registry).endpointID else {
            throw WorldError("the approval made no endpoint")
        }
        return endpoint
    }

    public func revoke(_ id: ID<Endpoint>, _ registry: Registry) async throws {
        let invocation = caller("bob", [registry.producers])
        _ = try await store.write { [self] in
            try useCases.endpoints.revoke(id, reason: "not needed", if: .none, by: invocation, in: $0)
        }
    }

    public func endpoint(_ id: ID<Endpoint>) async throws -> Endpoint {
        guard let endpoint = try await store.read({ try $0.find(id) }) else { throw WorldError("no such endpoint") }
        return endpoint
    }

    public func request(_ id: ID<EndpointRequest>) async throws -> EndpointRequest {
        guard let request = try await store.read({ try $0.find(id) }) else { throw WorldError("no such request") }
        return request
    }

    public func service(_ registry: Registry) async throws -> PublishedService {
        guard let service = try await store.read({ try $0.find(registry.service) }) else {
            throw WorldError("no such service")
        }
        return service
    }

    public func events() async throws -> [Event] {
        try await store.read { try $0.events(EventQuery(audience: .everything), Page(limit: .max)) }
    }
}
