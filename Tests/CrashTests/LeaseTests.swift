import Connectivity
import ControlPlane
import Foundation
import Testing

@testable import BackendContractTests
@testable import crash_rig

/// The lease of a process that was killed lasts a day here; nobody waits for it.
@Suite struct LeaseTests {
    @Test func aRestartGoesOnAtOnceWithWhatTheDeadProcessHadInHand() async throws {
        let kind = try #require(BackendKind.all.first)
        let folder = try CrashFolder()
        defer { folder.remove() }
        let world = try await World(try await kind.makeRig(), in: folder)
        var order = Order(
            story: .approveManaged, stage: world.stage, database: folder.database, environment: world.environment)
        // The fourth call is the first look at the cloud, for work that the third has claimed.
        order.death = Death(call: 4, moment: .before)
        #expect(try await RigProcess(order: order).run(answer: world.answer) == .killed)
        let dead = try await Record(database: folder.database)
        #expect(dead.leases.count == 1)
        order.death = nil
        guard case .finished = try await RigProcess(order: order).run(answer: world.answer) else {
            Issue.record("the second process did not come to its end")
            return
        }
        let living = try await Record(database: folder.database)
        #expect(living.endpoint?.phase == .active && living.leases.isEmpty)
        let (began, ended) = (try #require(dead.lastEventAt), try #require(living.lastEventAt))
        #expect(ended.since(began) < .seconds(600))
        #expect(dead.leases.allSatisfy { $0.expiresAt.since(ended) > .seconds(3600) })
    }
}
