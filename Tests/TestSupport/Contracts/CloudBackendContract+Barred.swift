import Connectivity
import ControlPlane
import Testing

/// A consumer that takes Postern's permissions away does not keep its access by it.
extension CloudBackendContract {
    func revocationBitesWhereTheConsumerBarsPostern() async throws {
        let stage = try await ContractStage(rig)
        let (service, consumer) = (stage.scene.service, stage.scene.consumers[0])
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).connection?.nativeID)
        endpoint.observed.hasBeenActive = true
        try await rig.setBarred(true, from: consumer)
        // What is wanted is left as it is.
        let wanted = try await stage.drive(&endpoint, wanted: 1)
        try expectDenial(wanted, of: stage)
        #expect(wanted.seen.connection?.isServing == true && wanted.seen.endpoint == nil)

        endpoint.desired = .absent
        try expectDenial(try await stage.drive(&endpoint, wanted: 0), of: stage)
        try await stage.eventually("that the connection does not serve") {
            try await stage.backend.observe(stage.target(endpoint)).connection?.isServing != true
        }
        #expect(try await rig.admissions(to: service).isEmpty)
        // Ours is still there, so it is not closed.
        #expect(try await stage.made(endpoint).map(\.nativeID) == [nativeID])
        try expectDenial(try await stage.drive(&endpoint, wanted: 0), of: stage)

        try await rig.setBarred(false, from: consumer)
        try await stage.close(&endpoint)
        #expect(try await rig.endpoints(of: consumer).isEmpty)
        #expect(try await rig.heldAddresses(of: consumer).isEmpty)
        #expect(try await rig.connections(to: service)[nativeID] == nil)
    }

    /// AWS cuts the one; Google, whose list names the account, takes its room back and cuts nobody.
    func siblingStaysWhereTheConsumerBarsPostern() async throws {
        let stage = try await ContractStage(rig)
        let (service, consumer) = (stage.scene.service, stage.scene.consumers[0])
        var (first, second) = (stage.endpoint(), stage.endpoint(subnet: 1))
        let one = try #require(try await stage.connect(&first, wanted: 2).connection?.nativeID)
        let other = try #require(
            try await stage.connect(&second, wanted: 2, siblings: [one]).connection?.nativeID)
        try await rig.setBarred(true, from: consumer)
        first.desired = .absent
        let end = try await stage.drive(&first, wanted: 1, siblings: [other])
        try expectDenial(end, of: stage)
        for _ in 0..<3 { try await rig.advance() }
        let connections = try await rig.connections(to: service)
        switch rig.provider {
        case .aws: #expect(connections == [one: "rejected", other: "available"])
        case .gcp:
            #expect(connections == [one: "ACCEPTED", other: "ACCEPTED"])
            #expect(try await rig.admissions(to: service) == [stage.consumers[0].nativeID: 1])
        }
        try await rig.setBarred(false, from: consumer)
        try await stage.close(&first, remaining: 1, siblings: [other])
        #expect(try await rig.endpoints(of: consumer).map(\.nativeID) == [other])
        #expect(try await rig.connections(to: service)[one] == nil)
    }

    private func expectDenial(_ end: CourseEnd, of stage: ContractStage) throws {
        guard case .hindered(let hindrance) = end.action else {
            throw ContractFailure("nothing was to be left to do, but: \(end.action), seeing \(end.seen)")
        }
        #expect(hindrance.fault.code == "denied" && hindrance.fault.side == .consumer)
        #expect(hindrance.fault.cloudCode?.isEmpty == false && !hindrance.fault.message.isEmpty)
    }
}
