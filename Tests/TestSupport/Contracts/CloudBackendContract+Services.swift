import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    func adoptedServiceIsSeen() async throws {
        let stage = try await ContractStage(rig)
        let seen = try #require(try await stage.backend.observe(stage.target(stage.service)))
        #expect(seen.nativeID == stage.scene.service.nativeID)
        #expect(seen.serviceName == stage.scene.service.serviceName)
        #expect(seen.condition == .usable)
        #expect(seen.connections.isEmpty)
        var endpoint = stage.endpoint()
        let connection = try #require(try await stage.connect(&endpoint).connection)
        #expect(try await stage.backend.observe(stage.target(stage.service))?.connections == [connection])
    }

    func missingServiceIsToldApart() async throws {
        let stage = try await ContractStage(rig)
        let real = stage.scene.service.nativeID
        let absent = stage.adopted(real.hasPrefix("vpce-svc-") ? "vpce-svc-0123456789abcdef0" : real + "-gone")
        #expect(try await stage.backend.observe(stage.target(absent)) == nil)
        let target = stage.target(stage.endpoint(), on: absent)
        #expect(try await stage.backend.observe(target).admission == .serviceMissing)
        let error = try await stage.error("admitting to no service") { () async throws(CloudError) in
            try await stage.backend.ensureAdmitted(target, limit: 1)
        }
        #expect(error.kind == .notFound)
    }

    func deletedServiceStillLetsEndpointsClose() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        try await rig.deleteService(stage.scene.service)
        try await stage.eventually("that the service is gone") {
            try await stage.backend.observe(stage.target(endpoint)).admission == .serviceMissing
        }
        #expect(try await stage.drive(&endpoint, wanted: 1).action == .raise(.serviceMissing))
        try await stage.close(&endpoint)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).isEmpty)
    }

    func publishingGivesOneUsableService() async throws {
        let stage = try await ContractStage(rig)
        let service = stage.newService()
        let before = try await rig.services(of: stage.scene.producer)
        #expect(try await stage.backend.observe(stage.target(service)) == nil)
        try await rig.script(ScriptedFault(kind: .replyLost, operation: .publish, count: 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let other = try await rig.makeBackend()
                group.addTask {
                    try await stage.persist { () async throws(CloudError) in
                        try await other.ensurePublished(stage.target(service))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await rig.clearFaults()
        let seen = try await usable(service, on: stage)
        try await stage.backend.ensurePublished(stage.target(service))
        let made = try await rig.services(of: stage.scene.producer).filter { !before.contains($0) }
        #expect(made.map(\.nativeID) == [seen.nativeID])
        #expect(made.map(\.serviceName) == [seen.serviceName])
        #expect(made.map(\.serviceID) == [service.id.text])
        #expect(seen.connections.isEmpty)
    }

    /// What Postern publishes lets nobody in by itself, and serves who is admitted.
    func publishedServiceServes() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        var service = stage.newService()
        try await stage.persist { () async throws(CloudError) in
            try await stage.backend.ensurePublished(stage.target(service))
        }
        let seen = try await usable(service, on: stage)
        service.nativeID = seen.nativeID
        service.serviceName = seen.serviceName
        let made = RigService(
            account: stage.scene.producer, nativeID: seen.nativeID, serviceName: seen.serviceName,
            serviceID: service.id.text)
        #expect(try await rig.admissions(to: made).isEmpty)
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint, on: service)
        if rig.provider == .aws { try await rig.admit(stage.consumers[1].nativeID, limit: 1, to: made) }
        let stranger = try await rig.createEndpoint(
            by: stage.scene.consumers[1], in: stage.networks[1].subnets[0], to: made, disguisedAs: nil)
        try await stage.eventually("the stranger") { try await rig.connections(to: made)[stranger] != nil }
        for _ in 0..<3 { try await rig.advance() }
        let connections = try await stage.backend.observe(stage.target(service))?.connections
        #expect(connections?.first { $0.nativeID == stranger }?.status == .pending)
        // Withdrawn, it goes in spite of the stranger.
        try await stage.close(&endpoint, on: service)
        try await unpublish(service, on: stage)
    }

    func unpublishingRemovesOursAlone() async throws {
        let stage = try await ContractStage(rig)
        let service = stage.newService()
        try await stage.backend.ensureUnpublished(stage.target(service))
        try await stage.persist { () async throws(CloudError) in
            try await stage.backend.ensurePublished(stage.target(service))
        }
        _ = try await usable(service, on: stage)
        let byHand = try await rig.createService(in: stage.scene.producer, region: stage.scene.region)
        try await unpublish(service, on: stage)
        try await stage.backend.ensureUnpublished(stage.target(service))
        // One that was adopted, and one that is not ours although our record points at it.
        try await stage.backend.ensureUnpublished(stage.target(stage.service))
        var mistaken = stage.newService()
        mistaken.nativeID = byHand.nativeID
        mistaken.serviceName = byHand.serviceName
        try await stage.backend.ensureUnpublished(stage.target(mistaken))
        for _ in 0..<3 { try await rig.advance() }
        let left = try await rig.services(of: stage.scene.producer).map(\.nativeID)
        #expect(Set(left) == [stage.scene.service.nativeID, byHand.nativeID])
    }

    func networksComeWithRangesAndSubnets() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        for (account, consumer) in zip(stage.consumers, stage.scene.consumers) {
            let seen = try await stage.backend.networks(of: account)
            #expect(seen.count == 1)
            let network = try #require(seen.first)
            #expect(network.nativeID == consumer.network.nativeID)
            #expect(network.name == consumer.network.name)
            #expect(network.region == consumer.network.region)
            #expect(Set(network.ranges) == Set(consumer.network.ranges))
            #expect(Set(network.subnets) == Set(consumer.network.subnets))
        }
    }

    private func usable(
        _ service: PublishedService, on stage: ContractStage
    ) async throws -> ServiceObservation {
        var last: ServiceObservation?
        try await stage.eventually("that the service is usable") {
            last = try await stage.backend.observe(stage.target(service))
            return last?.condition == .usable
        }
        return try #require(last)
    }

    /// As the reconciler does: asks, and looks until it is gone.
    private func unpublish(_ service: PublishedService, on stage: ContractStage) async throws {
        try await stage.eventually("that the service is gone") {
            guard let seen = try await stage.backend.observe(stage.target(service)) else { return true }
            if seen.condition != .changing {
                try await stage.persist { () async throws(CloudError) in
                    try await stage.backend.ensureUnpublished(stage.target(service))
                }
            }
            return false
        }
    }
}
