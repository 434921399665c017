import Connectivity
import ControlPlane
import FakeCloud
import Synchronization
import Testing
import TestSupport

/// A revocation that comes while a step is under way.
@Suite struct RevocationRaceTests {
    @Test(arguments: CloudProvider.allCases) func nobodyIsLetInAfterIt(provider: CloudProvider) async throws {
        let world = try World(provider)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        let admittedSince = Mutex<Set<String>>([])
        // Between the intent to let the account in and the call that does it.
        let store = MeddlingStore(store: world.store) {
            let endpoint = try await world.endpoint(id)
            if endpoint.desired == .absent {
                let admitted = await world.cloud.inventory().services.flatMap(\.admitted.keys)
                admittedSince.withLock { $0.formUnion(admitted) }
            } else if endpoint.intent?.action == .admit {
                try await world.revoke(id, registry)
            }
        }
        await world.settle(world.reconciler(store: store), rounds: 2)
        #expect(try await world.endpoint(id).phase == .closed)
        #expect(admittedSince.withLock { $0 }.isEmpty)
    }
}
