import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// What becomes of an approval in the cloud, and what is kept true afterwards, on both clouds.
@Suite struct EndpointReconciliationTests {
    @Test(arguments: CloudProvider.allCases) func anApprovalBecomesAnAddress(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .active && endpoint.lastError == nil && endpoint.intent == nil)
        let address = try #require(endpoint.observed.addresses.first.flatMap { IPv4Address($0) })
        #expect(world.consumer.subnet.range.contains(address))
        let made = await world.cloud.inventory().endpoints
        #expect(made.map(\.endpointID) == [id.text] && made.map(\.address) == [address.description])
    }

    @Test(arguments: CloudProvider.allCases) func slowCloudsAreWaitedFor(provider: CloudProvider) async throws {
        let world = try World(provider, latency: .lifelike)
        let registry = try await world.register()
        await world.settle(world.reconciler(), rounds: 3)
        let id = try await world.approved(registry)
        let reconciler = world.reconciler()
        var phases: [Endpoint.Phase] = []
        for _ in 0..<60 {
            await reconciler.runUntilSettled()
            phases.append(try await world.endpoint(id).phase)
            world.clock.advance(by: .milliseconds(250))
        }
        #expect(phases.last == .active)
        #expect(phases.contains(.creating) || phases.contains(.connecting), "it was seen at work: \(phases)")
    }

    @Test(arguments: CloudProvider.allCases) func aRevocationBites(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try await world.revoke(id, registry)
        await world.settle(world.reconciler())
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .closed && endpoint.closedAt != nil && endpoint.schedule.dueAt == nil)
        #expect(endpoint.closing?.kind == .revoked && endpoint.closing?.by == "bob")
        let inventory = await world.cloud.inventory()
        #expect(inventory.endpoints.isEmpty)
        #expect(inventory.services.allSatisfy { $0.admitted.isEmpty && $0.connections.allSatisfy { !$0.isServing } })
    }

    @Test(arguments: CloudProvider.allCases) func aSiblingSurvivesARevocation(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let first = try await world.approved(registry)
        let second = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler())
        try await world.revoke(first, registry)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(first).phase == .closed)
        #expect(try await world.endpoint(second).phase == .active)
        let inventory = await world.cloud.inventory()
        #expect(inventory.endpoints.map(\.endpointID) == [second.text])
        let limits = inventory.services.flatMap { $0.admitted.values }
        #expect(limits == [provider == .gcp ? 1 : nil], "the room follows the number wanted")
    }

    @Test(arguments: CloudProvider.allCases) func aLifetimeEnds(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry, lifetime: .lasting(.seconds(1800)))
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        await world.settle(world.reconciler(), rounds: 8)
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .closed && endpoint.closing?.kind == .expired)
        #expect(await world.cloud.inventory().endpoints.isEmpty)
    }

    @Test(arguments: CloudProvider.allCases) func whatWasDeletedByHandIsMadeAgain(provider: CloudProvider) async throws
    {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        let lost = try #require(try await world.endpoint(id).observed.nativeID)
        try await world.cloud.deleteEndpoint(nativeID: lost)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await world.cloud.inventory().endpoints.map(\.endpointID) == [id.text])
        #expect(
            try await world.events().contains { $0.kind == .endpointDriftSeen && $0.detail["missing"] == "endpoint" })
    }

    @Test(arguments: CloudProvider.allCases) func orShownWherePolicySaysSo(provider: CloudProvider) async throws {
        var policy = Services.PolicyWish()
        policy.recreatesDeletedEndpoints = false
        let world = try World(provider)
        let registry = try await world.register(policy)
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        let lost = try #require(try await world.endpoint(id).observed.nativeID)
        try await world.cloud.deleteEndpoint(nativeID: lost)
        await world.settle(world.reconciler())
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .attention && endpoint.lastError?.code == "endpoint_deleted")
        let moves = try await world.events().filter { $0.kind == .endpointMoved }.map(\.detail)
        #expect(moves.last == ["from": "active", "to": "attention", "code": "endpoint_deleted"])
        #expect(await world.cloud.inventory().endpoints.isEmpty)
    }

    @Test(arguments: CloudProvider.allCases) func aLostAdmissionIsRestored(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try await world.cloud.removeAdmission(
            serviceNativeID: world.serviceNativeID, accountNativeID: world.consumer.accountNativeID)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .active)
        let admitted = await world.cloud.inventory().services.flatMap(\.admitted.keys)
        #expect(admitted.contains { $0.contains(world.consumer.accountNativeID) })
        #expect(
            try await world.events().contains { $0.kind == .endpointDriftSeen && $0.detail["missing"] == "admission" })
    }

    /// What somebody rejected on the producer's side was deliberate.
    @Test func aRejectionByHandIsNotUndone() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        let native = try #require(try await world.endpoint(id).observed.nativeID)
        try await world.cloud.decide(
            serviceNativeID: world.serviceNativeID, endpointNativeID: native, isAccepted: false)
        await world.settle(world.reconciler())
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .attention && endpoint.lastError?.code == "rejected_by_producer")
        #expect(endpoint.waitingOn?.role == .owner)
        let connections = await world.cloud.inventory().services.flatMap(\.connections)
        #expect(connections.allSatisfy { !$0.isServing })
    }

    @Test(arguments: CloudProvider.allCases) func selfManagedOnesAreLetInByName(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry, mode: .selfManaged)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .awaitingConsumer)
        let service = try await world.service(registry)
        let native = try await world.cloud.createEndpoint(
            accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.subnet.nativeID,
            serviceName: try #require(service.serviceName))
        let invocation = world.caller("alice", [registry.consumers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.endpoints.identify(id, nativeID: native, if: .none, by: invocation, in: $0)
        }
        await world.settle(world.reconciler())
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .active && endpoint.observed.nativeID == native)
    }

    @Test func anApprovalForOneNetworkLetsInNoOther() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await world.endpointInAnotherNetwork(registry)
        let id = try await world.approved(registry, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 2)
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .attention && endpoint.lastError?.code == "wrong_network")
        #expect(endpoint.waitingOn?.role == .consumer)
        let connections = await world.cloud.inventory().services.flatMap(\.connections)
        #expect(connections.map(\.status) == [.pending])
    }

    @Test(arguments: CloudProvider.allCases) func aFullSubnetIsTold(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        try world.cloud.fill(subnet: world.consumer.second.nativeID)
        let id = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        let fault = try #require(try await world.endpoint(id).lastError)
        #expect(try await world.endpoint(id).phase == .failed)
        #expect(fault.side == .consumer && fault.cloudCode != nil && fault.cloudRequestID != nil && !fault.isRetryable)
        #expect(await world.cloud.inventory().endpoints.isEmpty)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .closed, "what failed can be given up")
    }

    @Test(arguments: CloudProvider.allCases) func aWantedAddressIsKept(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let wish = try #require(IPv4Address("10.0.1.77"))
        let id = try await world.approved(registry, address: wish)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).observed.addresses == ["10.0.1.77"])
    }
}
