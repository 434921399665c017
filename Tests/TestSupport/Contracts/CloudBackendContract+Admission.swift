import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    func repeatedAdmissionGivesOneEntry() async throws {
        let stage = try await ContractStage(rig)
        let target = stage.target(stage.endpoint())
        #expect(try await stage.backend.observe(target).admission == .absent)
        for _ in 0..<2 { try await stage.backend.ensureAdmitted(target, limit: 1) }
        #expect(try await rig.admissions(to: stage.scene.service) == [stage.consumers[0].nativeID: limit(1)])
        #expect(try await stage.backend.observe(target).admission == .admitted(limit: limit(1)))
    }

    func admissionNeverLowersALimit() async throws {
        let stage = try await ContractStage(rig)
        let target = stage.target(stage.endpoint())
        let account = stage.consumers[0].nativeID
        try await rig.admit(account, limit: 5, to: stage.scene.service)
        try await stage.backend.ensureAdmitted(target, limit: 2)
        #expect(try await rig.admissions(to: stage.scene.service) == [account: limit(5)])
        try await stage.backend.ensureAdmitted(target, limit: 7)
        #expect(try await rig.admissions(to: stage.scene.service) == [account: limit(7)])
    }

    func admissionsOfOthersStay() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let target = stage.target(stage.endpoint())
        let (ours, other) = (stage.consumers[0].nativeID, stage.consumers[1].nativeID)
        try await rig.admit(other, limit: 3, to: stage.scene.service)
        try await stage.backend.ensureAdmitted(target, limit: 1)
        #expect(try await rig.admissions(to: stage.scene.service) == [ours: limit(1), other: limit(3)])
        try await stage.backend.ensureExpelled(target, remaining: 0)
        #expect(try await rig.admissions(to: stage.scene.service) == [other: limit(3)])
    }

    /// Two servers, or a server and a person: a list that is written whole must not lose the other's entry.
    func racingAdmissionsBothStay() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 3))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for consumer in 0..<3 {
                let other = try await rig.makeBackend()
                let target = stage.target(stage.endpoint(of: consumer))
                group.addTask {
                    try await stage.persist { () async throws(CloudError) in
                        try await other.ensureAdmitted(target, limit: 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let admitted = try await rig.admissions(to: stage.scene.service)
        #expect(Set(admitted.keys) == Set(stage.consumers.map(\.nativeID)))
    }

    func lostReplyOfAdmissionIsRepeated() async throws {
        let stage = try await ContractStage(rig)
        let target = stage.target(stage.endpoint())
        try await rig.script(ScriptedFault(kind: .replyLost, operation: .admit, count: 1))
        try await stage.persist { () async throws(CloudError) in
            try await stage.backend.ensureAdmitted(target, limit: 2)
        }
        try await rig.clearFaults()
        #expect(try await rig.admissions(to: stage.scene.service) == [stage.consumers[0].nativeID: limit(2)])
    }

    func expulsionShrinksThenRemoves() async throws {
        let stage = try await ContractStage(rig)
        let target = stage.target(stage.endpoint())
        let account = stage.consumers[0].nativeID
        try await stage.backend.ensureAdmitted(target, limit: 3)
        for _ in 0..<2 {
            try await stage.backend.ensureExpelled(target, remaining: 1)
            #expect(try await rig.admissions(to: stage.scene.service) == [account: limit(1)])
        }
        // Taking back room never gives any.
        try await stage.backend.ensureExpelled(target, remaining: 2)
        #expect(try await rig.admissions(to: stage.scene.service) == [account: limit(1)])
        try await stage.backend.ensureExpelled(target, remaining: 0)
        #expect(try await rig.admissions(to: stage.scene.service).isEmpty)
    }

    func expellingWhoIsGoneSucceeds() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        endpoint.desired = .absent
        try await stage.backend.ensureExpelled(stage.target(endpoint), remaining: 0)
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        try await rig.removeAdmission(stage.consumers[0].nativeID, from: stage.scene.service)
        try await stage.backend.ensureExpelled(stage.target(endpoint), remaining: 0)
        try await rig.deleteService(stage.scene.service)
        try await stage.eventually("that the service is gone") {
            try await stage.backend.observe(stage.target(stage.service)) == nil
        }
        try await stage.backend.ensureExpelled(stage.target(endpoint), remaining: 0)
    }

    /// Where everybody is let in, there is no entry of ours: nothing to add, nothing to remove, nothing to wait for.
    func openDoorStaysOpenAndClosingEnds() async throws {
        let stage = try await ContractStage(rig, SceneWish(acceptsOneByOne: false))
        if rig.provider == .aws { try await rig.admit("*", limit: 1, to: stage.scene.service) }
        let before = try await rig.admissions(to: stage.scene.service)
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        #expect(try await rig.admissions(to: stage.scene.service) == before)
        try await stage.close(&endpoint)
        #expect(try await rig.admissions(to: stage.scene.service) == before)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).isEmpty)
        let seen = try await stage.backend.observe(stage.target(stage.service))
        #expect(seen?.warnings.contains { $0.code == .automaticAcceptance } == true)
    }

    func refusalShows() async throws {
        let stage = try await ContractStage(rig)
        try await rig.refuse(stage.consumers[0].nativeID, at: stage.scene.service)
        var endpoint = stage.endpoint()
        let end = try await stage.drive(&endpoint, wanted: 1)
        #expect(end.action == .raise(.consumerRefused))
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).isEmpty)
    }

    /// A limit as this cloud keeps it.
    private func limit(_ count: Int) -> Int? { rig.provider == .gcp ? count : nil }
}
