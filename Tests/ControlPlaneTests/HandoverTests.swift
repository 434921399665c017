import Connectivity
import ControlPlane
import Testing
import TestSupport

/// A cloud account changes hands only without any access.
@Suite struct HandoverTests {
    private func handOver(
        _ world: World, _ account: ResourceName, to team: ResourceName
    ) async throws -> ControlPlaneError.Code? {
        do {
            _ = try await world.store.write { [useCases = world.useCases, admin = world.admin] in
                try useCases.accounts.change(
                    .name(account), description: .keep, access: nil, team: .name(team), if: .none, by: admin, in: $0)
            }
            return nil
        } catch let error as ControlPlaneError { return error.code }
    }

    @Test func aConsumersWaitsForItsRequestsAndEndpoints() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let (account, heir) = (world.consumer.name, world.producer.name)
        let request = try await world.file(registry)
        #expect(try await handOver(world, account, to: heir) == .conflict)
        #expect(try await handOver(world, account, to: account) == nil, "to its own team is no change of hands")
        let id = try #require(try await world.decide(request.id, registry).endpointID)
        #expect(try await handOver(world, account, to: heir) == .conflict)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await world.endpoint(id).phase == .active)
        #expect(try await handOver(world, account, to: heir) == .conflict)
        try await world.revoke(id, registry)
        #expect(try await handOver(world, account, to: heir) == .conflict, "closing is not closed")
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await handOver(world, account, to: heir) == nil)
    }

    @Test func aProducersWaitsForItsServices() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let (account, heir) = (world.producer.name, world.consumer.name)
        #expect(try await handOver(world, account, to: heir) == .conflict)
        let invocation = world.caller("bob", [registry.producers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.services.withdraw(.id(registry.service), reason: nil, if: .none, by: invocation, in: $0)
        }
        #expect(try await handOver(world, account, to: heir) == .conflict, "withdrawn, not retired")
        await world.settle(world.reconciler(), rounds: 2)
        #expect(try await handOver(world, account, to: heir) == nil)
    }
}
