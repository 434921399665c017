import Connectivity
import ControlPlane
import FakeCloud
import Synchronization
import Testing
import TestSupport

/// Google's accept list names projects: nobody gets in who was not let in, because another endpoint of its project was.
@Suite struct UninvitedTests {
    private func endpointByHand(_ world: World, _ registry: World.Registry) async throws -> String {
        try await world.cloud.createEndpoint(
            accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.second.nativeID,
            serviceName: try #require(try await world.service(registry).serviceName))
    }

    private func discovery(_ world: World, _ registry: World.Registry, _ native: String) async throws -> EndpointRequest
    {
        try #require(
            try await world.store.read { try $0.findRequest(service: registry.service, nativeEndpointID: native) })
    }

    private func statuses(_ world: World) async -> [String: Connection.Status] {
        let connections = await world.cloud.inventory().services.flatMap(\.connections)
        return Dictionary(connections.map { ($0.nativeID, $0.status) }, uniquingKeysWith: { first, _ in first })
    }

    private func expectHeld(_ world: World, _ registry: World.Registry, _ id: ID<Endpoint>) async throws {
        let held = try await world.endpoint(id)
        #expect(held.phase == .attention && held.lastError?.code == "unrequested_endpoint")
        #expect(held.waitingOn?.role == .consumer && held.waitingOn?.teamID == registry.consumers)
        #expect(await world.cloud.inventory().endpoints.allSatisfy { $0.endpointID != id.text })
    }

    @Test func anApprovalLetsInNobodyElse() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let stranger = try await endpointByHand(world, registry)
        let id = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 3)
        try await expectHeld(world, registry, id)
        #expect(await statuses(world) == [stranger: .pending])
        #expect(await world.cloud.inventory().services.flatMap(\.admitted.keys).isEmpty)

        try await world.cloud.deleteEndpoint(nativeID: stranger)
        // It is looked at every minute.
        await world.settle(world.reconciler(), rounds: 2, step: .seconds(61))
        let endpoint = try await world.endpoint(id)
        #expect(endpoint.phase == .active && endpoint.lastError == nil)
    }

    /// What is in the owners' inbox is let in by their decision, and not before; then both get in.
    @Test func theDecisionInTheInboxFreesBoth() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let stranger = try await endpointByHand(world, registry)
        let id = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 2)
        try await expectHeld(world, registry, id)
        let request = try await discovery(world, registry, stranger)
        #expect(request.origin == .discovered && request.state == .pending)
        let named = try #require(try await world.decide(request.id, registry).endpointID)
        await world.settle(world.reconciler(), rounds: 3)
        for endpoint in [id, named] { #expect(try await world.endpoint(endpoint).phase == .active) }
        #expect(await world.cloud.inventory().services.flatMap { $0.admitted.values } == [2])
    }

    /// Room for what its consumer has yet to make would be anybody's.
    @Test func noRoomIsMadeForWhatIsNotThere() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let id = try await world.approved(registry, mode: .selfManaged)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .awaitingConsumer)
        let stranger = try await endpointByHand(world, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(await statuses(world) == [stranger: .pending])
        let request = try await discovery(world, registry, stranger)
        #expect(request.state == .pending && !request.findings.map(\.code).contains(.connectedAlready))
        // It does not count for a sibling's room either.
        try await world.cloud.deleteEndpoint(nativeID: stranger)
        let sibling = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(sibling).phase == .active)
        #expect(await world.cloud.inventory().services.flatMap { $0.admitted.values } == [1])

        let own = try await endpointByHand(world, registry)
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.endpoints.identify(
                id, nativeID: own, if: .none, by: world.caller("alice", [registry.consumers]), in: $0)
        }
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await world.cloud.inventory().services.flatMap { $0.admitted.values } == [2])
    }

    @Test func whatIsUpAlreadyIsToldToWhoDecides() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        try world.cloud.admit(world.consumer.accountNativeID, limit: 1, to: world.serviceNativeID)
        let stranger = try await endpointByHand(world, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(await statuses(world) == [stranger: .accepted])
        let findings = try await discovery(world, registry, stranger).findings.map(\.code)
        #expect(findings == [.connectedAlready, .cidrOverlap])
    }

    /// Of two in the inbox one is approved: the other is no less held, whether undecided or rejected.
    @Test func aRejectedOneStaysOut() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let (wanted, unwanted) = (
            try await endpointByHand(world, registry), try await endpointByHand(world, registry)
        )
        await world.settle(world.reconciler(), rounds: 2)
        let id = try #require(
            try await world.decide(try await discovery(world, registry, wanted).id, registry).endpointID)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).lastError?.code == "unrequested_endpoint")
        #expect(await statuses(world) == [wanted: .pending, unwanted: .pending])
        try await world.decide(try await discovery(world, registry, unwanted).id, registry, .reject)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).lastError?.code == "unrequested_endpoint")
        #expect(await statuses(world) == [wanted: .pending, unwanted: .pending])
        try await world.cloud.deleteEndpoint(nativeID: unwanted)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(id).phase == .active)
        let open = try await world.store.read { try $0.openEndpoints(of: registry.service) }
        #expect(open.map(\.id) == [id], "the rejected one is closed")
    }

    /// What was revoked and still stands does not come back in with the next approval.
    @Test func aRevokedOneStaysOut() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await endpointByHand(world, registry)
        let revoked = try await world.approved(
            registry, subnet: world.consumer.second.name, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(revoked).phase == .active)
        try await world.revoke(revoked, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(revoked).phase == .closed)
        let id = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 3)
        try await expectHeld(world, registry, id)
        #expect(await statuses(world) == [native: .pending])
        try await world.cloud.deleteEndpoint(nativeID: native)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
    }

    /// An endpoint of ours that is to go and cannot be deleted yet is held out too, and holds up nobody for ever.
    @Test func aClosingOneStaysOut() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let closing = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 2)
        try world.cloud.setBarred(true, from: world.consumer.accountNativeID)
        try await world.revoke(closing, registry)
        await world.settle(world.reconciler(), rounds: 2)
        let native = try #require(try await world.endpoint(closing).observed.nativeID)
        #expect(await statuses(world) == [native: .pending])
        // One that Postern need not look for in the account.
        let id = try await world.approved(registry, subnet: world.consumer.second.name, mode: .selfManaged)
        await world.settle(world.reconciler(), rounds: 2)
        try await expectHeld(world, registry, id)
        #expect(await statuses(world) == [native: .pending])
        try world.cloud.setBarred(false, from: world.consumer.accountNativeID)
        await world.settle(world.reconciler(), rounds: 3)
        #expect(try await world.endpoint(closing).phase == .closed)
        #expect(try await world.endpoint(id).phase == .awaitingConsumer)
    }

    /// Who is in is not disturbed, and leaves its room to nobody.
    @Test func theRoomOfOneThatGoesIsNotForWhoWaits() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let first = try await world.approved(registry)
        let second = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        let stranger = try await endpointByHand(world, registry)
        await world.settle(world.reconciler(), rounds: 2)
        for id in [first, second] { #expect(try await world.endpoint(id).phase == .active) }
        try await world.revoke(first, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(first).phase == .closed)
        #expect(try await world.endpoint(second).phase == .active)
        let native = try #require(try await world.endpoint(second).observed.nativeID)
        #expect(await statuses(world) == [native: .accepted, stranger: .pending])
        #expect(await world.cloud.inventory().services.flatMap { $0.admitted.values } == [1])
    }

    /// Nor is it for who waits, because somebody else is to come.
    @Test func norIsItIfAnotherIsToCome() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let first = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 2)
        let stranger = try await endpointByHand(world, registry)
        let second = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        try await expectHeld(world, registry, second)
        try await world.revoke(first, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(first).phase == .closed)
        try await expectHeld(world, registry, second)
        #expect(await statuses(world) == [stranger: .pending])
        try await world.cloud.deleteEndpoint(nativeID: stranger)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(second).phase == .active)
    }

    /// Approvals that come while room is taken back make none: each makes its own, if it may.
    @Test func takingRoomBackGivesNone() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let first = try await world.approved(registry)
        let second = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        // Whoever waits longest comes first.
        let stranger = try await endpointByHand(world, registry)
        let guests = [try await endpointByHand(world, registry), try await endpointByHand(world, registry)]
        await world.settle(world.reconciler(), rounds: 1)
        try await world.revoke(first, registry)
        // Between the intent to take the room back and the call that does it.
        let late = Mutex<[ID<Endpoint>]>([])
        let store = MeddlingStore(store: world.store) {
            guard try await world.endpoint(first).intent?.action == .expel, late.withLock(\.isEmpty) else { return }
            for guest in guests {
                let request = try await discovery(world, registry, guest)
                let id = try #require(try await world.decide(request.id, registry).endpointID)
                late.withLock { $0.append(id) }
            }
        }
        await world.settle(world.reconciler(store: store), rounds: 2)
        #expect(late.withLock(\.count) == 2)
        #expect(try await world.endpoint(first).phase == .closed)
        #expect(await statuses(world)[stranger] == .pending)
        #expect(try await world.endpoint(second).phase == .active)
        try await world.cloud.deleteEndpoint(nativeID: stranger)
        await world.settle(world.reconciler(), rounds: 2)
        for id in late.withLock(\.self) { #expect(try await world.endpoint(id).phase == .active) }
    }

    /// Nor does it before its own look has told where it stands.
    @Test func aMisplacedOneStaysOutBeforeItIsLookedAt() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await world.endpointInAnotherNetwork(registry)
        let id = try await world.approved(registry, subnet: world.consumer.second.name)
        let misplaced = try await world.approved(registry, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 2)
        try await expectHeld(world, registry, id)
        #expect(try await world.endpoint(misplaced).lastError?.code == "wrong_network")
        #expect(await statuses(world) == [native: .pending])
    }

    /// A look that fails does not make it forgotten where it stands.
    @Test func aMisplacedOneStaysOutWhileItCannotBeLookedAt() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await world.endpointInAnotherNetwork(registry)
        let misplaced = try await world.approved(registry, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 1)
        await world.cloud.script(ScriptedFault(kind: .throttled, operation: .observeEndpoint, count: 1))
        world.clock.advance(by: .seconds(61))
        await world.reconciler().runUntilSettled()
        #expect(try await world.endpoint(misplaced).phase == .failing)
        let id = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.reconciler().runUntilSettled()
        try await expectHeld(world, registry, id)
        #expect(await statuses(world) == [native: .pending])
    }

    /// One that was approved for another network than it stands in does not get in with its sibling's approval either.
    @Test func aMisplacedOneStaysOut() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let native = try await world.endpointInAnotherNetwork(registry)
        let misplaced = try await world.approved(registry, mode: .selfManaged, nativeEndpointID: native)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(misplaced).lastError?.code == "wrong_network")
        let id = try await world.approved(registry, subnet: world.consumer.second.name)
        await world.settle(world.reconciler(), rounds: 2)
        try await expectHeld(world, registry, id)
        #expect(await statuses(world) == [native: .pending])
        #expect(try await world.endpoint(misplaced).lastError?.code == "wrong_network")
        try await world.cloud.deleteEndpoint(nativeID: native)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
    }

    /// AWS decides on each connection: nobody has to wait for anybody.
    @Test func awsIsNotConcerned() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        try world.cloud.admit(world.consumer.accountNativeID, limit: 1, to: world.serviceNativeID)
        let stranger = try await endpointByHand(world, registry)
        let id = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await statuses(world)[stranger] == .pending)
    }
}
