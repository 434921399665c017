import Connectivity
import ControlPlane
import FakeCloud
import Testing
import TestSupport

/// Each step is in the log exactly once, whatever became of its answer.
@Suite struct StepLogTests {
    @Test(arguments: CloudProvider.allCases) func aLostAnswerLeavesNoGap(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        for operation in [ScriptedFault.Operation.admit, .createEndpoint, .deleteEndpoint, .expel] {
            await world.cloud.script(ScriptedFault(kind: .replyLost, operation: operation, count: 1))
        }
        let id = try await world.approved(registry)
        await world.settle(world.reconciler())
        try await world.revoke(id, registry)
        await world.settle(world.reconciler())
        #expect(try await world.endpoint(id).phase == .closed)
        let steps = try await world.events().filter { $0.kind == .endpointStepTaken }.map { $0.detail["action"] }
        for action in [CloudAction.admit, .createEndpoint, .deleteEndpoint, .expel] {
            #expect(steps.count { $0 == action.rawValue } == 1, "\(action)")
        }
    }

    /// A cloud that is slow to show what it made must not be asked for a second one.
    @Test func aStepThatDoesNotShowYetIsRepeatedByItsToken() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.reconciler(instance: "first", wrap: BlindToEndpoints.init).runUntilSettled()
        let begun = try #require(try await world.endpoint(id).intent)
        #expect(begun.action == .createEndpoint)
        world.clock.advance(by: .milliseconds(500))
        await world.reconciler(instance: "second", wrap: BlindToEndpoints.init).runUntilSettled()
        #expect(try await world.endpoint(id).intent == begun)
        #expect(await world.cloud.inventory().endpoints.count == 1)
        await world.settle(world.reconciler(instance: "third"))
        let settled = try await world.endpoint(id)
        #expect(settled.phase == .active && settled.intent == nil)
    }
}
