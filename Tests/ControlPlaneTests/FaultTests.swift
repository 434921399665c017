import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// Whatever fails, and however often: there is one endpoint when it is wanted, and none when it is not.
@Suite struct FaultTests {
    struct Strike: Sendable, CustomTestStringConvertible {
        let provider: CloudProvider
        let kind: ScriptedFault.Kind
        let operation: ScriptedFault.Operation
        var testDescription: String { "\(provider) \(kind) \(operation)" }
    }

    private static let strikes: [Strike] = CloudProvider.allCases.flatMap { provider in
        [ScriptedFault.Kind.throttled, .unavailable, .denied, .conflict, .replyLost].flatMap { kind in
            ScriptedFault.Operation.allCases.map { Strike(provider: provider, kind: kind, operation: $0) }
        }
    }

    @Test(arguments: strikes) func oneEndpointThenNone(strike: Strike) async throws {
        let world = try World(strike.provider)
        let registry = try await world.register()
        await world.cloud.script(ScriptedFault(kind: strike.kind, operation: strike.operation, count: 3))
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .active)
        #expect(await world.cloud.inventory().endpoints.map(\.endpointID) == [id.text])
        await world.cloud.clearFaults()
        await world.cloud.script(ScriptedFault(kind: strike.kind, operation: strike.operation, count: 3))
        try await world.revoke(id, registry)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .closed)
        let inventory = await world.cloud.inventory()
        #expect(inventory.endpoints.isEmpty && inventory.services.allSatisfy(\.admitted.isEmpty))
    }

    @Test func aRetryableFailureIsShownAndMended() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        await world.cloud.script(ScriptedFault(kind: .throttled, operation: .createEndpoint, count: 2))
        let id = try await world.approved(registry)
        let reconciler = world.reconciler()
        await reconciler.runUntilSettled()
        let failing = try await world.endpoint(id)
        #expect(failing.phase == .failing && failing.schedule.attempts == 1)
        #expect(failing.lastError?.code == "throttled" && failing.lastError?.isRetryable == true)
        #expect(failing.schedule.dueAt == world.clock.now + .seconds(1))
        world.clock.advance(by: .seconds(1))
        await reconciler.runUntilSettled()
        #expect(try await world.endpoint(id).schedule.dueAt == world.clock.now + .seconds(2))
        world.clock.advance(by: .seconds(2))
        await reconciler.runUntilSettled()
        #expect(try await world.endpoint(id).phase == .active)
    }

    @Test func aDenialWaitsForAPersonAndForTheirRetry() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        await world.cloud.script(ScriptedFault(kind: .denied, operation: .admit, count: 1))
        let id = try await world.approved(registry)
        let reconciler = world.reconciler()
        await reconciler.runUntilSettled()
        let failed = try await world.endpoint(id)
        #expect(failed.phase == .failed && failed.lastError?.side == .producer)
        #expect(failed.waitingOn?.role == .owner && failed.waitingOn?.teamID == registry.producers)
        let invocation = world.caller("bob", [registry.producers])
        _ = try await world.store.write { [useCases = world.useCases] in
            try useCases.endpoints.retry(id, if: .none, by: invocation, in: $0)
        }
        await reconciler.runUntilSettled()
        #expect(try await world.endpoint(id).phase == .active)
    }
}

/// The process dies at every write of the store in turn, and another one takes over.
@Suite struct TakeoverTests {
    @Test(arguments: CloudProvider.allCases, Endpoint.Mode.allCases)
    func whereverOneStopsAnotherGoesOn(provider: CloudProvider, mode: Endpoint.Mode) async throws {
        for point in 0..<60 {
            let world = try World(provider)
            let registry = try await world.register()
            let service = try await world.service(registry)
            var native: String?
            if mode == .selfManaged {
                // At AWS only principals see the service.
                if provider == .aws {
                    try world.cloud.admit(world.consumer.accountNativeID, limit: 1, to: world.serviceNativeID)
                }
                native = try await world.cloud.createEndpoint(
                    accountNativeID: world.consumer.accountNativeID, subnetNativeID: world.consumer.subnet.nativeID,
                    serviceName: try #require(service.serviceName))
            }
            let id = try await world.approved(registry, mode: mode, nativeEndpointID: native)
            let dying = DyingStore(world.store, writes: point)
            await world.reconciler(instance: "first", store: dying).runUntilSettled()
            // Longer than the lease of the one that died.
            world.clock.advance(by: .seconds(121))
            await world.settle(world.reconciler(instance: "second"))
            let endpoint = try await world.endpoint(id)
            #expect(endpoint.phase == .active, "died at write \(point)")
            #expect(await world.cloud.inventory().endpoints.count == 1, "died at write \(point)")
            guard dying.isDead else { return }
        }
        Issue.record("the first reconciler never got through")
    }
}
