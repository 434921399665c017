import CloudTransport
import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import GooglePSC

/// What service attachments do to those who do not expect it.
@Suite("Traps of service attachments")
struct AttachmentTrapTests {
    @Test("A list is written whole: what was put there by hand survives everything")
    func handWrittenEntrySurvives() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        try await stage.admitByHand("hand-written", limit: 7)
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        #expect(try await stage.admitted() == ["hand-written": 7, stage.consumer.nativeID: 1])
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        #expect(try await stage.admitted() == ["hand-written": 7])
    }

    @Test("An entry of ours that was taken off by hand is put on again, though its request id is known")
    func entryTakenOffByHand() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        try await stage.admitByHand("hand-written", limit: 7)
        let target = stage.target(stage.endpoint())
        // The list without our entry has the same fingerprint each time, and Google tells what it did before.
        for _ in 0..<4 {
            try await backend.ensureAdmitted(target, limit: 1)
            #expect(try await stage.admitted() == ["hand-written": 7, stage.consumer.nativeID: 1])
            try await stage.emulator.edit(stage.attachment) { seen in
                let others = seen["consumerAcceptLists"].elements.filter { $0["projectIdOrNum"] == "hand-written" }
                return ["consumerAcceptLists": .array(others)]
            }
        }
        #expect(try await stage.admitted() == ["hand-written": 7])
    }

    @Test("A project that Postern lets in has its entry kept by Postern, even one that a person wrote")
    func entryIsTakenOver() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        try await stage.admitByHand(stage.consumer.nativeID, limit: 5)
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 2) == .settle(.active))
        try await backend.ensureExpelled(stage.target(endpoint), remaining: 1)
        #expect(try await stage.admitted() == [stage.consumer.nativeID: 1])
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        #expect(try await stage.admitted().isEmpty)
    }

    @Test("A stale fingerprint is a 412: read again, and the other's entry is there too")
    func staleFingerprint() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["rivalPatches": 3])
            try await stage.backend().ensureAdmitted(stage.target(stage.endpoint()), limit: 1)
            let admitted = try await stage.admitted()
            #expect(
                Set(admitted.keys) == [
                    stage.consumer.nativeID, "rival-project-1", "rival-project-2", "rival-project-3",
                ])
            #expect(try await stage.calls("compute.serviceAttachments.patch").count == 4)
        }
    }

    @Test("Another writer without end: an error that is retried, tells why, and has lost nothing")
    func endlessStorm() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["rivalPatches": 100_000])
            let backend = try await stage.backend { $0.patience = .milliseconds(400) }
            let error = try await failure { () async throws(CloudError) in
                try await backend.ensureAdmitted(stage.target(stage.endpoint()), limit: 1)
            }
            #expect(error.isRetryable)
            #expect(error.cloudCode == "conditionNotMet")
            #expect(error.message.contains("Somebody else keeps changing"))
            let rivals = try await stage.admitted()
            #expect(!rivals.isEmpty)
            #expect(rivals.keys.allSatisfy { $0.hasPrefix("rival-project-") })
        }
    }

    @Test("Two writers at once: both entries of all of theirs are there in the end")
    func twoWriters() async throws {
        let stage = try await GoogleStage()
        let target = stage.target(stage.endpoint())
        let backend = try await stage.backend()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<15 { try await stage.admitByHandPersistently("by-hand-\(number)") }
            }
            group.addTask {
                for limit in 1...8 { try await admit(target, limit: limit, by: backend) }
            }
            try await group.waitForAll()
        }
        let admitted = try await stage.admitted()
        #expect(admitted.count == 16)
        #expect(admitted[stage.consumer.nativeID] == 8)
    }

    /// As often as it takes, as the reconciler does.
    private func admit(_ target: EndpointTarget, limit: Int, by backend: GooglePSCBackend) async throws {
        for _ in 0..<50 {
            do throws(CloudError) {
                return try await backend.ensureAdmitted(target, limit: limit)
            } catch {
                guard error.isRetryable else { throw error }
            }
        }
        throw EmulatorFailure("never a moment to write")
    }

    @Test("A list of networks takes the consumer's network, and its wholeness is kept")
    func listOfNetworks() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        try await stage.emulator.edit(stage.attachment) { _ in
            [
                "consumerAcceptLists": [
                    ["networkUrl": "projects/other/global/networks/main", "connectionLimit": 2]
                ]
            ]
        }
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        #expect(
            try await stage.admitted() == ["projects/other/global/networks/main": 2, stage.network.nativeID: 1])
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        #expect(try await stage.admitted() == ["projects/other/global/networks/main": 2])
    }

    @Test("A list of endpoints lets ours in once it is there, and cuts it alone")
    func listOfEndpoints() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let subnet = stage.network.subnets[1].nativeID
        let project = stage.consumer.nativeID
        let sibling = try await stage.emulator.makeEndpoint(
            "sibling", in: project, subnetwork: subnet, to: stage.attachment)
        let number = try await stage.emulator.compute(.get, sibling)["id"].text ?? ""
        let url = "projects/\(project)/regions/\(GoogleStage.region)/forwardingRules/\(number)"
        try await stage.emulator.edit(stage.attachment) { _ in
            ["consumerAcceptLists": [["endpointUrl": .string(url), "connectionLimit": 1]]]
        }
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        let seen = try await backend.observe(stage.target(endpoint, wanted: [sibling]))
        #expect(seen.revocationGrain == .perConnection)
        #expect(seen.unrequestedAccepted == 0)
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        let left = try await stage.emulator.compute(.get, stage.attachment)
        #expect(left["connectedEndpoints"].elements.map { $0["status"].text } == ["ACCEPTED"])
        #expect(left["consumerAcceptLists"].elements.map { $0["endpointUrl"].text } == [url])
    }

    @Test("A project that a list names by its number is the same project")
    func projectNumbers() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let number = try await stage.number(of: stage.consumer.nativeID)
        try await stage.admitByHand(number, limit: 2)
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        #expect(try await stage.admitted() == [number: 2])
        try await stage.emulator.edit(stage.attachment) { _ in ["consumerRejectLists": [.string(number)]] }
        let target = stage.target(endpoint)
        #expect(try await backend.observe(target).admission == .refused)
        let error = try await failure { () async throws(CloudError) in
            try await backend.ensureAdmitted(target, limit: 1)
        }
        #expect(error.kind == .conflict)
        #expect(error.message.contains("reject list"))
    }

    @Test(
        "Without reconciliation an accepted endpoint outlives its entry: shown as a warning, and the endpoint goes first"
    )
    func withoutReconciliation() async throws {
        let stage = try await GoogleStage(attached: ["reconcileConnections": false])
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        try await backend.ensureExpelled(stage.target(endpoint), remaining: 0)
        let seen = try await backend.observe(stage.target(endpoint))
        #expect(seen.admission == .absent)
        #expect(seen.connection?.status == .accepted)
        let service = try await backend.observe(ServiceTarget(service: stage.adopted, account: stage.producer))
        #expect(service?.warnings.contains { $0.code == .reconcileOff && $0.severity == .warn } == true)
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        #expect(try await stage.emulator.compute(.get, stage.attachment)["connectedEndpoints"] == .null)
    }

    @Test("Full NAT subnets: accepted in vain, and the producer is told")
    func natExhaustion() async throws {
        let stage = try await GoogleStage(nat: "/29")
        let backend = try await stage.backend()
        try await stage.admitByHand(stage.consumer.nativeID, limit: 9)
        for number in 0..<4 {
            _ = try await stage.emulator.makeEndpoint(
                "filler-\(number)", in: stage.consumer.nativeID, subnetwork: stage.network.subnets[1].nativeID,
                to: stage.attachment)
        }
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .raise(.producerMustAct))
        #expect(try await backend.observe(stage.target(endpoint)).connection?.nativeStatus == "NEEDS_ATTENTION")
    }

    @Test("An organisation policy lets it be made and refuses it: shown, not fought")
    func organisationPolicy() async throws {
        let stage = try await GoogleStage()
        try await stage.emulator("project", ["id": .string(stage.consumer.nativeID), "restrictsConsumers": true])
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: stage.backend()) == .raise(.rejectedByProducer))
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: stage.backend(), wanted: 0) == .settle(.closed))
    }

    @Test("An attachment that was deleted and made again has closed its endpoints for good")
    func closedForGood() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        endpoint.observed.hasBeenActive = true
        try await stage.emulator.compute(.delete, stage.attachment)
        #expect(try await stage.drive(&endpoint, by: backend) == .raise(.serviceMissing))
        let regional = "projects/\(stage.producer.nativeID)/regions/\(GoogleStage.region)"
        try await stage.emulator.compute(
            .post, "\(regional)/serviceAttachments",
            [
                "name": "orders", "targetService": .string("\(regional)/forwardingRules/lb-orders"),
                "connectionPreference": "ACCEPT_MANUAL", "natSubnets": [.string("\(regional)/subnetworks/nat-a")],
            ])
        #expect(try await stage.drive(&endpoint, by: backend) == .raise(.closedByProducer))
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
    }
}

extension GoogleStage {
    /// By hand, as often as it takes: Postern may be writing at the same moment.
    func admitByHandPersistently(_ project: String) async throws {
        for _ in 0..<500 {
            do {
                return try await admitByHand(project, limit: 1)
            } catch let error as EmulatorFailure
                where error.description.contains("conditionNotMet") || error.description.contains("resourceNotReady")
            {
                continue
            }
        }
        throw EmulatorFailure("never a moment to write")
    }

    func number(of project: String) async throws -> String {
        let account = try await emulator.compute(.get, "projects/\(project)")["defaultServiceAccount"].text ?? ""
        return String(account.prefix { $0 != "-" })
    }
}
