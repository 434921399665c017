import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// Services in the cloud: adopted, published, withdrawn, and watched for strangers.
@Suite struct ServiceReconciliationTests {
    private func publish(_ world: World, _ registry: World.Registry) async throws -> ID<PublishedService> {
        let blueprint = PublishedService.Blueprint(
            loadBalancer: world.loadBalancer, natSubnets: [world.natSubnet?.nativeID].compactMap(\.self))
        let name = try #require(ResourceName("orders-v2"))
        let invocation = world.caller("bob", [registry.producers])
        return try await world.store.write { [useCases = world.useCases, world] in
            try useCases.services.publish(
                .init(
                    name: name, team: .id(registry.producers), account: .name(world.producer.name),
                    region: world.region, description: nil, documentationURL: nil, origin: .published(blueprint),
                    visibility: .everyone, policy: .init()), by: invocation, in: $0
            ).id
        }
    }

    @Test(arguments: CloudProvider.allCases) func isMadeAndRemoved(provider: CloudProvider) async throws {
        // A NAT subnet belongs to one attachment, so the world's own service must not have it.
        let world = try World(provider)
        try await Self.makeRoom(in: world)
        let registry = try await world.register()
        let id = try await publish(world, registry)
        await world.settle(world.reconciler(), rounds: 3)
        let service = try #require(try await world.store.read { try $0.find(id) })
        #expect(service.phase == .available && service.nativeID != nil && service.serviceName != nil)
        let invocation = world.caller("bob", [registry.producers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.services.withdraw(.id(id), reason: "old", if: .none, by: invocation, in: $0)
        }
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.store.read { try $0.find(id) }?.phase == .retired)
        let left = await world.cloud.inventory().services.map(\.nativeID)
        #expect(!left.contains(try #require(service.nativeID)))
    }

    @Test(arguments: CloudProvider.allCases) func endpointsWaitUntilItIsMade(provider: CloudProvider) async throws {
        let world = try World(provider, latency: .lifelike)
        try await Self.makeRoom(in: world)
        var registry = try await world.register()
        registry.service = try await publish(world, registry)
        let id = try await world.approved(registry)
        let reconciler = world.reconciler()
        var phases: Set<Endpoint.Phase> = []
        for _ in 0..<160 {
            await reconciler.runUntilSettled()
            phases.insert(try await world.endpoint(id).phase)
            world.clock.advance(by: .milliseconds(250))
        }
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .active, "\(endpoint)")
        #expect(phases.isDisjoint(with: [.failing, .failed]), "\(phases)")
    }

    @Test(
        "A service that appears when it is withdrawn already goes, and one that never appears is not waited for",
        arguments: CloudProvider.allCases, [true, false])
    func appearsLate(provider: CloudProvider, everAppears: Bool) async throws {
        let world = try World(provider)
        try await Self.makeRoom(in: world)
        let registry = try await world.register()
        let before = await world.cloud.inventory().services.count
        let id = try await publish(world, registry)
        await world.reconciler { HiddenService(cloud: $0, isMade: everAppears) }.runUntilSettled()
        let invocation = world.caller("bob", [registry.producers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.services.withdraw(.id(id), reason: "wrong", if: .none, by: invocation, in: $0)
        }
        await world.reconciler { HiddenService(cloud: $0, isMade: everAppears) }.runUntilSettled()
        #expect(try await world.store.read { try $0.find(id) }?.phase == .retiring)
        await world.settle(world.reconciler(), rounds: 9, step: .seconds(16))
        #expect(try await world.store.read { try $0.find(id) }?.phase == .retired)
        #expect(await world.cloud.inventory().services.count == before)
    }

    private static func makeRoom(in world: World) async throws {
        guard world.provider == .gcp else { return }
        try world.cloud.deleteService(world.serviceNativeID)
    }

    @Test(arguments: CloudProvider.allCases) func withdrawalClosesItsEndpoints(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        let pending = try await world.file(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        let invocation = world.caller("bob", [registry.producers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.services.withdraw(.id(registry.service), reason: nil, if: .none, by: invocation, in: $0)
        }
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .closed)
        #expect(try await world.request(pending.id).state == .rejected)
        #expect(try await world.service(registry).phase == .retired)
        let inventory = await world.cloud.inventory()
        #expect(inventory.endpoints.isEmpty)
        #expect(inventory.services.map(\.nativeID).count == 1, "an adopted service is never deleted")
    }

    /// Two services over one accept list would take its entries from each other.
    @Test(arguments: CloudProvider.allCases) func isAdoptedOnce(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let name = try #require(ResourceName("twin"))
        let invocation = world.caller("bob", [registry.producers])
        let prefix = provider == .gcp ? "https://www.googleapis.com/compute/v1/" : ""
        let publication = Services.Publication(
            name: name, team: .id(registry.producers), account: .name(world.producer.name), region: world.region,
            description: nil, documentationURL: nil, origin: .adopted(nativeID: prefix + world.serviceNativeID),
            visibility: .everyone, policy: .init())
        func adopt() async throws {
            _ = try await world.store.write { [useCases = world.useCases] in
                try useCases.services.publish(publication, by: invocation, in: $0)
            }
        }
        await #expect(throws: ControlPlaneError.self) { try await adopt() }
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.services.withdraw(.id(registry.service), reason: nil, if: .none, by: invocation, in: $0)
        }
        await world.settle(world.reconciler(), rounds: 2)
        try await adopt()
    }

    @Test(arguments: CloudProvider.allCases) func aMissingServiceIsShown(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        try world.cloud.deleteService(world.serviceNativeID)
        await world.settle(world.reconciler(), rounds: 2)
        let service = try await world.service(registry)
        #expect(service.phase == .attention && service.lastError?.code == "service_missing")
        #expect(service.waitingOn?.role == .owner)
    }
}

/// A cloud whose answer to a publication gets lost, and that does not show what it made, if it made it.
private struct HiddenService: CloudRelay {
    let cloud: any CloudBackend
    let isMade: Bool

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        target.service.name.text == "orders-v2" ? nil : try await cloud.observe(target)
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        if isMade { try await cloud.ensurePublished(target) }
        throw CloudError(kind: .unavailable, message: "There was no answer.")
    }
}

/// Connections that nobody asked for are held until the owners decide.
@Suite struct DiscoveryTests {
    private func stranger(_ world: World, _ registry: World.Registry) async throws -> String {
        let service = try await world.service(registry)
        return try await world.cloud.createEndpoint(
            accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.subnet.nativeID,
            serviceName: try #require(service.serviceName))
    }

    private func discovered(_ world: World) async throws -> [EndpointRequest] {
        try await world.store.read { try $0.requests(RequestQuery(audience: .everything), Page(limit: 10)) }
            .filter { $0.origin == .discovered }
    }

    private func status(_ world: World, of native: String) async -> Connection.Status? {
        await world.cloud.inventory().services.flatMap(\.connections).first { $0.nativeID == native }?.status
    }

    /// AWS shows nobody a service who is not let in; a stranger there has been a principal since before.
    private func world(
        _ provider: CloudProvider, _ policy: Services.PolicyWish = .init()
    ) async throws -> (World, World.Registry, String) {
        let world = try World(provider)
        if provider == .aws { try world.cloud.admit("*", limit: 1, to: world.serviceNativeID) }
        let registry = try await world.register(policy)
        let native = try await stranger(world, registry)
        await world.settle(world.reconciler(), rounds: 3)
        return (world, registry, native)
    }

    @Test(arguments: CloudProvider.allCases) func isHeldAndAskedOnce(provider: CloudProvider) async throws {
        let (world, registry, native) = try await world(provider)
        #expect(await status(world, of: native) == .pending)
        let requests = try await discovered(world)
        #expect(requests.count == 1)
        let request = try #require(requests.first)
        #expect(request.state == .pending && request.nativeEndpointID == native && request.mode == .selfManaged)
        #expect(request.producerTeamID == registry.producers && request.consumerTeamID == registry.consumers)
        #expect(request.networkID == registry.network)
    }

    @Test(arguments: CloudProvider.allCases) func anApprovalLetsItIn(provider: CloudProvider) async throws {
        let (world, registry, native) = try await world(provider)
        let request = try #require(try await discovered(world).first)
        let id = try #require(try await world.decide(request.id, registry).endpointID)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await status(world, of: native) == .accepted)
        #expect(try await discovered(world).count == 1)
    }

    @Test(arguments: CloudProvider.allCases) func aRejectionKeepsItOut(provider: CloudProvider) async throws {
        let (world, registry, native) = try await world(provider)
        let request = try #require(try await discovered(world).first)
        let decided = try await world.decide(request.id, registry, .reject)
        await world.settle(world.reconciler(), rounds: 3)
        let id = try #require(decided.endpointID)
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .closed && endpoint.closing?.kind == .rejected)
        #expect(await status(world, of: native) == (provider == .aws ? .rejected : .pending))
        #expect(try await discovered(world).count == 1, "it is not asked about again")
        #expect(await world.cloud.inventory().endpoints.count == 1, "what the consumer made is the consumer's")
    }

    @Test(arguments: CloudProvider.allCases) func livesNoLongerThanThePolicyAllows(provider: CloudProvider) async throws
    {
        var policy = Services.PolicyWish()
        policy.maximumLifetime = .set(.seconds(3600))
        let (world, registry, _) = try await world(provider, policy)
        let request = try #require(try await discovered(world).first)
        let id = try #require(try await world.decide(request.id, registry).endpointID)
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.expiresAt == endpoint.createdAt + .seconds(3600))
    }

    /// Otherwise its own team could silence the question while the connection stays.
    @Test(arguments: CloudProvider.allCases) func isNotWithdrawn(provider: CloudProvider) async throws {
        let (world, registry, _) = try await world(provider)
        let request = try #require(try await discovered(world).first)
        let consumer = world.caller("alice", [registry.consumers])
        let error = await #expect(throws: ControlPlaneError.self) {
            _ = try await world.store.write { [useCases = world.useCases] in
                try useCases.requests.withdraw(request.id, reason: nil, if: .none, by: consumer, in: $0)
            }
        }
        #expect(error?.code == .notPossibleNow)
        #expect(try await world.request(request.id).state == .pending)
    }

    /// A filing that its team took back is no decision of the owners'.
    @Test func aWithdrawnFilingSilencesNothing() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await stranger(world, registry)
        let filed = try await world.file(registry, mode: .selfManaged, nativeEndpointID: native)
        let consumer = world.caller("alice", [registry.consumers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.requests.withdraw(filed.id, reason: nil, if: .none, by: consumer, in: $0)
        }
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await discovered(world).map(\.state) == [.pending])
    }

    /// What was cut waits again at Google: the revocation was the decision on it.
    @Test(arguments: CloudProvider.allCases) func whatWasRevokedIsNotAskedAboutAgain(provider: CloudProvider)
        async throws
    {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry, mode: .selfManaged)
        await world.settle(world.reconciler(), rounds: 2)
        let native = try await stranger(world, registry)
        let consumer = world.caller("alice", [registry.consumers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.endpoints.identify(id, nativeID: native, if: .none, by: consumer, in: $0)
        }
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .closed)
        #expect(await status(world, of: native) != .accepted)
        #expect(try await discovered(world).isEmpty)
    }

    /// Let in again by hand, or with another endpoint of its project, it is up without anybody's word.
    @Test func whatWasRevokedAndComesBackIsAskedAboutAgain() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await stranger(world, registry)
        let id = try await world.approved(registry, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .closed)
        #expect(try await discovered(world).isEmpty, "it waits, and the revocation stands")
        func told() async throws -> Int {
            try await world.events().count {
                $0.kind == .connectionDiscovered && $0.detail["native_status"] == "ACCEPTED"
            }
        }
        let before = try await told()
        try world.cloud.admit(world.consumer.accountNativeID, limit: 1, to: world.serviceNativeID)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(await status(world, of: native) == .accepted)
        #expect(try await told() == before + 1, "once")
        let request = try #require(try await discovered(world).first)
        #expect(request.state == .pending && request.nativeEndpointID == native)
    }

    @Test func oursIsNeverTakenForAStranger() async throws {
        let world = try World(.aws, latency: .lifelike)
        let registry = try await world.register()
        await world.settle(world.reconciler(), rounds: 3)
        let id = try await world.approved(registry)
        let reconciler = world.reconciler()
        for _ in 0..<40 {
            await reconciler.runUntilSettled()
            // The service is looked at in between as well.
            _ = try await world.store.write { try $0.reschedule(registry.service, Schedule(dueAt: world.clock.now)) }
            world.clock.advance(by: .milliseconds(250))
        }
        #expect(try await world.endpoint(id).phase == .active)
        #expect(try await discovered(world).isEmpty)
        #expect(try await !world.events().contains { $0.kind == .connectionDiscovered })
    }
}
