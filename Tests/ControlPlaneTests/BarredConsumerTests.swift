import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// A consumer cannot make its access irrevocable by keeping Postern out of its account.
@Suite struct BarredConsumerTests {
    @Test(arguments: CloudProvider.allCases) func aRevocationBitesAllTheSame(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try world.cloud.setBarred(true, from: world.consumer.accountNativeID)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler())

        let cut = try #require(await world.cloud.inventory().services.first)
        #expect(cut.admitted.isEmpty && cut.connections.map(\.status) == [provider == .aws ? .rejected : .pending])
        let left = try await world.endpoint(id)
        #expect(left.phase == .failed && left.closedAt == nil)
        #expect(left.observed.connectionStatus == cut.connections.first?.status)
        #expect(left.lastError?.code == "denied" && left.lastError?.side == .consumer)
        #expect(left.lastError?.remedy.contains("in the consumer's account") == true)
        #expect(left.waitingOn?.role == .consumer && left.waitingOn?.teamID == registry.consumers)
        #expect(await world.cloud.inventory().endpoints.map(\.endpointID) == [id.text], "ours still stands")

        try world.cloud.setBarred(false, from: world.consumer.accountNativeID)
        // What is to go is looked at every minute.
        await world.settle(world.reconciler(), rounds: 2, step: .seconds(61))
        let closed = try await world.endpoint(id)
        #expect(closed.phase == .closed && closed.lastError == nil)
        #expect(await world.cloud.inventory().endpoints.isEmpty)
    }

    /// The fault is told once, since when it is, and not anew with every look.
    @Test func theFaultIsToldOnce() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try world.cloud.setBarred(true, from: world.consumer.accountNativeID)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler(), rounds: 2)
        let told = try await world.endpoint(id)
        await world.settle(world.reconciler(), rounds: 5)
        let later = try await world.endpoint(id)
        #expect(later.lastError == told.lastError && later.revision == told.revision)
        #expect(later.schedule.attempts > told.schedule.attempts)
    }

    /// What is wanted is left alone: it serves, and is repaired when Postern may look again.
    @Test(arguments: CloudProvider.allCases) func whatIsWantedIsLeftAlone(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try world.cloud.setBarred(true, from: world.consumer.accountNativeID)
        await world.settle(world.reconciler())
        let unseen = try await world.endpoint(id)
        #expect(unseen.phase == .failed && unseen.lastError?.code == "denied" && !unseen.observed.addresses.isEmpty)
        #expect(await world.cloud.inventory().services.flatMap(\.connections).map(\.isServing) == [true])
        try world.cloud.setBarred(false, from: world.consumer.accountNativeID)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await world.cloud.inventory().endpoints.map(\.endpointID) == [id.text])
    }
}
