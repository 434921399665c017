import Connectivity
import ControlPlane
import Testing

/// Google lets in whole accounts: whoever of an account waits gets the room that is made for another.
extension CloudBackendContract {
    func whoWaitsUninvitedGetsNoRoom() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let (service, consumer) = (stage.scene.service, stage.scene.consumers[0])
        var endpoint = stage.endpoint()
        // A name like those that Postern gives makes nobody invited; another account's waits for room of its own.
        let stranger = try await uninvited(on: stage, disguisedAs: stage.endpoint().id)
        let other = try await uninvited(on: stage, by: 1)
        let end = try await stage.drive(&endpoint, wanted: 1)
        #expect(end.action == .raise(.unrequestedEndpoint))
        #expect(end.seen.unrequestedWaiting == 1 && end.seen.unrequestedAccepted == 0)
        #expect(try await rig.admissions(to: service).isEmpty)
        #expect(try await rig.connections(to: service) == [stranger: "PENDING", other: "PENDING"])
        #expect(try await stage.made(endpoint).isEmpty)
        // It goes on by itself.
        try await rig.deleteEndpoint(stranger, by: consumer)
        try await stage.eventually("that the stranger is gone") {
            try await rig.connections(to: service)[stranger] == nil
        }
        let seen = try await stage.connect(&endpoint)
        #expect(seen.unrequestedWaiting == 0)
        #expect(try await rig.connections(to: service)[other] == "PENDING")
    }

    /// Who is in stays in, and who leaves leaves its room to nobody.
    func whoWaitsUninvitedDisturbsNobody() async throws {
        let stage = try await ContractStage(rig)
        let service = stage.scene.service
        var (first, second, third) = (stage.endpoint(), stage.endpoint(subnet: 1), stage.endpoint())
        let one = try #require(try await stage.connect(&first, wanted: 2).connection?.nativeID)
        let other = try #require(try await stage.connect(&second, wanted: 2, siblings: [one]).connection?.nativeID)
        let stranger = try await uninvited(on: stage)
        // While a third has to come.
        for siblings in [Set([other]), Set([one])] {
            var endpoint = siblings == [other] ? first : second
            let end = try await stage.drive(&endpoint, wanted: 3, siblings: siblings)
            #expect(end.action == .settle(.active) && end.seen.unrequestedWaiting == 1)
        }
        let held = try await stage.drive(&third, wanted: 3, siblings: [one, other])
        #expect(held.action == .raise(.unrequestedEndpoint))
        #expect(try await rig.admissions(to: service) == [stage.consumers[0].nativeID: 2])

        // The third's room is not there for the stranger either.
        try await stage.close(&first, remaining: 2, siblings: [other])
        for _ in 0..<3 { try await rig.advance() }
        #expect(try await rig.connections(to: service) == [other: "ACCEPTED", stranger: "PENDING"])
        #expect(try await rig.admissions(to: service) == [stage.consumers[0].nativeID: 1])
        try await stage.close(&second, remaining: 1)
        for _ in 0..<3 { try await rig.advance() }
        #expect(try await rig.connections(to: service) == [stranger: "PENDING"])
        #expect(try await rig.admissions(to: service).isEmpty)
        try await rig.deleteEndpoint(stranger, by: stage.scene.consumers[0])
        try await stage.eventually("that the stranger is gone") { try await rig.connections(to: service).isEmpty }
        _ = try await stage.connect(&third)
    }

    /// A self-managed one that was approved and named waits in its own right, for itself and for its siblings.
    func whoIsInvitedIsNoStranger() async throws {
        let stage = try await ContractStage(rig)
        let (one, other) = (try await uninvited(on: stage), try await uninvited(on: stage, subnet: 1))
        var (first, second) = (stage.selfManaged(one), stage.selfManaged(other))
        let held = try await stage.drive(&first, wanted: 1)
        #expect(held.action == .raise(.unrequestedEndpoint) && held.seen.unrequestedWaiting == 1)
        let seen = try await stage.connect(&first, wanted: 2, siblings: [other])
        #expect(seen.unrequestedWaiting == 0 && seen.unrequestedAccepted == 0)
        let both = try await stage.connect(&second, wanted: 2, siblings: [one])
        #expect(both.acceptedBeside == 1 && both.unrequestedAccepted == 0)
        // What is not approved any more is a stranger again.
        first.desired = .absent
        #expect(try await stage.backend.observe(stage.target(second)).unrequestedAccepted == 1)
    }

    /// An endpoint that nobody has approved, once it waits.
    private func uninvited(
        on stage: ContractStage, by consumer: Int = 0, subnet: Int = 1, disguisedAs disguise: ID<Endpoint>? = nil
    ) async throws -> String {
        let native = try await rig.createEndpoint(
            by: stage.scene.consumers[consumer], in: stage.networks[consumer].subnets[subnet],
            to: stage.scene.service, disguisedAs: disguise)
        try await stage.eventually("that it waits") {
            try await rig.connections(to: stage.scene.service)[native] == "PENDING"
        }
        return native
    }
}
