import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    func managedEndpointReachesServing() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let seen = try await stage.connect(&endpoint)
        let subnet = stage.networks[0].subnets[0]
        let made = try await stage.made(endpoint)
        #expect(made.count == 1)
        #expect(seen.endpoint?.nativeID == made.first?.nativeID)
        #expect(seen.connection?.nativeID == made.first?.nativeID)
        #expect(seen.connection?.accountNativeID == stage.consumers[0].nativeID)
        #expect(seen.connection?.status == .accepted)
        let addresses = seen.endpoint?.addresses ?? []
        #expect(Set(addresses) == made.first?.addresses)
        #expect(addresses.count == 1)
        #expect(addresses.compactMap { IPv4Address($0) }.allSatisfy(subnet.range.contains))
        #expect(seen.unrequestedAccepted == 0)
    }

    func repeatedCreationGivesOne() async throws {
        let stage = try await ContractStage(rig)
        let endpoint = stage.endpoint()
        let target = stage.target(endpoint)
        try await stage.backend.ensureAdmitted(target, limit: 1)
        // The same wish again, and the same endpoint under a new token, as after a crash between answer and record.
        for token in ["\(endpoint.id)-1", "\(endpoint.id)-1", "\(endpoint.id)-2"] {
            try await stage.persist { () async throws(CloudError) in
                try await stage.backend.ensureEndpoint(target, token: token)
            }
            try await rig.advance()
        }
        try await stage.eventually("the endpoint") { try await !stage.made(endpoint).isEmpty }
        let held = try await rig.heldAddresses(of: stage.scene.consumers[0])
        try await stage.backend.ensureEndpoint(target, token: "\(endpoint.id)-3")
        #expect(try await stage.made(endpoint).count == 1)
        #expect(try await rig.heldAddresses(of: stage.scene.consumers[0]) == held)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).count == 1)
    }

    func lostReplyOfCreationGivesOne() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let target = stage.target(endpoint)
        try await stage.backend.ensureAdmitted(target, limit: 1)
        try await rig.script(ScriptedFault(kind: .replyLost, operation: .createEndpoint, count: 1))
        do throws(CloudError) {
            try await stage.backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        } catch {
            #expect(error.isRetryable, "nobody knows whether it happened: \(error)")
        }
        try await rig.clearFaults()
        try await stage.persist { () async throws(CloudError) in
            try await stage.backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        }
        _ = try await stage.connect(&endpoint)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).count == 1)
        #expect(try await rig.heldAddresses(of: stage.scene.consumers[0]).count == 1)
    }

    func racingCreationsGiveOne() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let (target, token) = (stage.target(endpoint), "\(endpoint.id)-1")
        try await stage.backend.ensureAdmitted(target, limit: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let other = try await rig.makeBackend()
                group.addTask {
                    try await stage.persist { () async throws(CloudError) in
                        try await other.ensureEndpoint(target, token: token)
                    }
                }
            }
            try await group.waitForAll()
        }
        _ = try await stage.connect(&endpoint)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).count == 1)
        #expect(try await rig.heldAddresses(of: stage.scene.consumers[0]).count == 1)
    }

    func deletedByHandIsMadeAgain() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let first = try await stage.connect(&endpoint)
        let nativeID = try #require(first.endpoint?.nativeID)
        try await rig.deleteEndpoint(nativeID, by: stage.scene.consumers[0])
        try await stage.eventually("that it is gone") {
            try await stage.backend.observe(stage.target(endpoint)).endpoint == nil
        }
        endpoint.observed.hasBeenActive = true
        let again = try await stage.connect(&endpoint)
        #expect(again.endpoint?.addresses.isEmpty == false)
        #expect(try await stage.made(endpoint).count == 1)
    }

    func deletingWhatIsGoneSucceeds() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        endpoint.desired = .absent
        try await stage.backend.ensureEndpointAbsent(stage.target(endpoint))
        endpoint.desired = .present
        let seen = try await stage.connect(&endpoint)
        try await rig.deleteEndpoint(try #require(seen.endpoint?.nativeID), by: stage.scene.consumers[0])
        endpoint.desired = .absent
        // While it is being deleted, and when it is gone.
        for _ in 0..<3 {
            try await stage.persist { () async throws(CloudError) in
                try await stage.backend.ensureEndpointAbsent(stage.target(endpoint))
            }
            try await rig.advance()
        }
        #expect(try await stage.made(endpoint).isEmpty)
    }

    func teardownLeavesNothing() async throws {
        let stage = try await ContractStage(rig)
        let consumer = stage.scene.consumers[0]
        let before = try await rig.admissions(to: stage.scene.service)
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        try await rig.script(ScriptedFault(kind: .replyLost, operation: .deleteEndpoint, count: 1))
        try await stage.close(&endpoint)
        try await rig.clearFaults()
        #expect(try await rig.endpoints(of: consumer).isEmpty)
        #expect(try await rig.heldAddresses(of: consumer).isEmpty)
        #expect(try await rig.admissions(to: stage.scene.service) == before)
        let seen = try await stage.backend.observe(stage.target(endpoint))
        #expect(seen.endpoint == nil)
        #expect(seen.admission == .absent)
    }

    /// Who revokes at once must not leave behind what the cloud is still making.
    func teardownDuringCreationLeavesNothing() async throws {
        let stage = try await ContractStage(rig)
        let consumer = stage.scene.consumers[0]
        var endpoint = stage.endpoint()
        let target = stage.target(endpoint)
        try await stage.backend.ensureAdmitted(target, limit: 1)
        try await stage.backend.ensureEndpoint(target, token: endpoint.begin(.createEndpoint).token)
        try await stage.close(&endpoint)
        for _ in 0..<8 { try await rig.advance() }
        #expect(try await rig.endpoints(of: consumer).isEmpty)
        #expect(try await rig.heldAddresses(of: consumer).isEmpty)
    }

    func foreignEndpointOfOurNameStays() async throws {
        let stage = try await ContractStage(rig)
        let consumer = stage.scene.consumers[0]
        var endpoint = stage.endpoint()
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 2)
        let foreign = try await rig.createEndpoint(
            by: consumer, in: stage.networks[0].subnets[0], to: stage.scene.service, disguisedAs: endpoint.id)
        try await stage.eventually("the foreign endpoint") {
            try await rig.endpoints(of: consumer).contains { $0.nativeID == foreign }
        }
        // Google's names are unique, so ours cannot be made; at AWS it stands beside.
        do throws(CloudError) {
            try await stage.backend.ensureEndpoint(stage.target(endpoint), token: "\(endpoint.id)-1")
            #expect(rig.provider == .aws)
        } catch {
            #expect(error.kind == .conflict)
            #expect(rig.provider == .gcp)
        }
        let seen = try await stage.backend.observe(stage.target(endpoint))
        #expect(seen.endpoint?.nativeID != foreign)
        endpoint.desired = .absent
        for _ in 0..<3 {
            try await stage.backend.ensureEndpointAbsent(stage.target(endpoint))
            try await rig.advance()
        }
        #expect(try await rig.endpoints(of: consumer).contains { $0.nativeID == foreign })
    }

    func siblingStaysWhenOneGoes() async throws {
        let stage = try await ContractStage(rig)
        var (first, second) = (stage.endpoint(), stage.endpoint(subnet: 1))
        _ = try await stage.connect(&first)
        let firstID = try #require(first.observed.nativeID)
        let both = try await stage.connect(&second, wanted: 2, siblings: [firstID])
        #expect(both.unrequestedAccepted == 0)
        let secondID = try #require(second.observed.nativeID)
        try await stage.close(&first, remaining: 1, siblings: [secondID])
        let seen = try await stage.backend.observe(stage.target(second))
        #expect(seen.connection?.isServing == true)
        #expect(try await stage.made(second).count == 1)
        #expect(try await stage.made(first).isEmpty)
        if case .admitted(let limit) = seen.admission { #expect(limit == nil || limit == 1) }
    }
}
