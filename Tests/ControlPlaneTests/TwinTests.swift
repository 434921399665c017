import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// One endpoint in the cloud never stands for two approvals.
@Suite struct TwinTests {
    private func refusal(_ body: () async throws -> Void) async -> ControlPlaneError? {
        do {
            try await body()
            return nil
        } catch { return error as? ControlPlaneError }
    }

    private func native(_ provider: CloudProvider) -> String {
        provider == .gcp ? "projects/batch-prod/regions/europe-west1/forwardingRules/orders" : "vpce-0123456789abcdef0"
    }

    private func spelled(_ native: String, _ provider: CloudProvider) -> String {
        provider == .gcp ? "https://www.googleapis.com/compute/v1/\(native)" : native
    }

    private func amend(
        _ world: World, _ registry: World.Registry, _ change: @Sendable (inout Services.PolicyWish) -> Void
    ) async throws {
        var amendment = Services.Amendment()
        change(&amendment.policy)
        _ = try await world.store.write { [useCases = world.useCases, admin = world.admin, amendment] in
            try useCases.services.change(.id(registry.service), amendment, if: .none, by: admin, in: $0)
        }
    }

    /// A connection that nobody asked for, held in the owners' inbox.
    private func discovery(
        _ world: World, _ registry: World.Registry
    ) async throws -> (request: EndpointRequest, native: String) {
        let native = try await world.cloud.createEndpoint(
            accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.subnet.nativeID,
            serviceName: try #require(try await world.service(registry).serviceName))
        await world.settle(world.reconciler(), rounds: 2)
        let request = try #require(
            try await world.store.read { try $0.findRequest(service: registry.service, nativeEndpointID: native) })
        #expect(request.origin == .discovered && request.state == .pending)
        return (request, native)
    }

    @Test(arguments: CloudProvider.allCases) func isFiledOnce(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let first = try await world.file(registry, mode: .selfManaged, nativeEndpointID: native(provider))
        func again() async throws {
            _ = try await world.file(
                registry, subnet: world.consumer.second.name, mode: .selfManaged,
                nativeEndpointID: spelled(native(provider), provider))
        }
        let pending = await refusal(again)
        #expect(pending?.code == .duplicateRequest && pending?.existing == first.id)
        let id = try #require(try await world.decide(first.id, registry).endpointID)
        let open = await refusal(again)
        #expect(open?.code == .duplicateRequest && open?.existing == first.id)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .closed)
        #expect(await refusal(again) == nil, "closed: it may be asked for again")
    }

    /// An accept list decides at once, and is asked no less.
    @Test func isNotLetInByAListBesideADiscovery() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let (request, native) = try await discovery(world, registry)
        try await amend(world, registry) { $0.acceptList = .init(teams: [.id(registry.consumers)], accounts: []) }
        let twin = await refusal {
            _ = try await world.file(
                registry, subnet: world.consumer.second.name, mode: .selfManaged, nativeEndpointID: native)
        }
        #expect(twin?.code == .duplicateRequest && twin?.existing == request.id)
    }

    /// The consumer names, for an approval it has, what waits in the owners' inbox as a discovery.
    private func identified(
        _ world: World, _ registry: World.Registry
    ) async throws -> (endpoint: ID<Endpoint>, discovery: EndpointRequest) {
        let id = try await world.approved(registry, subnet: world.consumer.second.name, mode: .selfManaged)
        // The room of the approval would let the stranger in; it is named before anybody looks.
        let native = try await world.cloud.createEndpoint(
            accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.subnet.nativeID,
            serviceName: try #require(try await world.service(registry).serviceName))
        _ = try await world.store.write { try $0.reschedule(registry.service, Schedule(dueAt: world.clock.now)) }
        await world.settle(world.reconciler(), rounds: 1)
        let request = try #require(
            try await world.store.read { try $0.findRequest(service: registry.service, nativeEndpointID: native) })
        let consumer = world.caller("alice", [registry.consumers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.endpoints.identify(id, nativeID: native, if: .none, by: consumer, in: $0)
        }
        return (id, request)
    }

    @Test func isNotApprovedTwice() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let (id, discovery) = try await identified(world, registry)
        #expect(
            await refusal { try await world.decide(discovery.id, registry) }?.code == .notPossibleNow)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await world.cloud.inventory().services.flatMap { $0.admitted.values } == [1], "room for one")
    }

    @Test func aRejectionDoesNotCutTheApprovedOne() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let (id, discovery) = try await identified(world, registry)
        let rejected = try await world.decide(discovery.id, registry, .reject)
        #expect(rejected.state == .rejected && rejected.endpointID == nil)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
    }
}
