import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    func onlyTheExactConnectionIsAccepted() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let service = stage.scene.service
        // A stranger of another account, who is not on Google's list, and is a principal at AWS.
        if rig.provider == .aws { try await rig.admit(stage.consumers[1].nativeID, limit: 1, to: service) }
        let stranger = try await rig.createEndpoint(
            by: stage.scene.consumers[1], in: stage.networks[1].subnets[0], to: service, disguisedAs: nil)
        try await stage.eventually("the stranger") { try await rig.connections(to: service)[stranger] != nil }
        let waiting = try await rig.connections(to: service)[stranger]
        var endpoint = stage.endpoint()
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let error = try await stage.error("accepting another account's") { () async throws(CloudError) in
            try await stage.backend.ensureAccepted(stage.target(endpoint), connection: stranger)
        }
        #expect(!error.isRetryable)
        _ = try await stage.connect(&endpoint)
        for _ in 0..<3 { try await rig.advance() }
        #expect(try await rig.connections(to: service)[stranger] == waiting)
        guard rig.provider == .aws else { return }
        // Another endpoint of the same account gets nothing from ours: AWS decides on each.
        let second = try await rig.createEndpoint(
            by: stage.scene.consumers[0], in: stage.networks[0].subnets[1], to: service, disguisedAs: nil)
        try await stage.eventually("the second") { try await rig.connections(to: service)[second] != nil }
        let ours = try #require(endpoint.observed.nativeID)
        try await stage.backend.ensureAccepted(stage.target(endpoint), connection: ours)
        for _ in 0..<3 { try await rig.advance() }
        #expect(try await rig.connections(to: service)[second] == waiting)
    }

    func acceptingAgainSucceeds() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let seen = try await stage.connect(&endpoint)
        let nativeID = try #require(seen.connection?.nativeID)
        try await stage.backend.ensureAccepted(stage.target(endpoint), connection: nativeID)
        try await rig.advance()
        #expect(try await stage.backend.observe(stage.target(endpoint)).connection?.isServing == true)
    }

    func rejectingAgainSucceeds() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).connection?.nativeID)
        for _ in 0..<2 {
            try await stage.backend.ensureRejected(stage.target(endpoint), connection: nativeID)
            try await rig.advance()
        }
        #expect(try await stage.backend.observe(stage.target(endpoint)).connection?.status == .rejected)
    }

    func rejectingWhatIsGoneSucceeds() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).connection?.nativeID)
        try await stage.close(&endpoint)
        try await stage.backend.ensureRejected(stage.target(endpoint), connection: nativeID)
    }

    /// AWS: taking the principal away leaves the connection up, rejecting it does not. Google: the endpoint has to go.
    func revocationBites() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let seen = try await stage.connect(&endpoint)
        let nativeID = try #require(seen.connection?.nativeID)
        endpoint.desired = .absent
        switch seen.revocationGrain {
        case .perConnection:
            #expect(rig.provider == .aws)
            try await rig.removeAdmission(stage.consumers[0].nativeID, from: stage.scene.service)
            for _ in 0..<3 { try await rig.advance() }
            let left = try await stage.backend.observe(stage.target(endpoint))
            #expect(left.connection?.isServing == true)
            #expect(left.admission == .absent)
            try await stage.backend.ensureRejected(stage.target(endpoint), connection: nativeID)
        case .perAccount:
            #expect(rig.provider == .gcp)
            try await stage.backend.ensureEndpointAbsent(stage.target(endpoint))
        }
        try await stage.eventually("that the connection does not serve") {
            try await stage.backend.observe(stage.target(endpoint)).connection?.isServing != true
        }
        try await stage.close(&endpoint)
        #expect(try await rig.connections(to: stage.scene.service)[nativeID] == nil)
    }

    func selfManagedIsRecognisedByExactID() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let service = stage.scene.service
        var endpoint = stage.selfManaged(nil)
        let waiting = try await stage.backend.observe(stage.target(endpoint))
        #expect(waiting.endpoint == nil)
        #expect(waiting.connection == nil)
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let nativeID = try await rig.createEndpoint(
            by: stage.scene.consumers[0], in: stage.networks[0].subnets[0], to: service, disguisedAs: nil)
        try await stage.eventually("the connection") { try await rig.connections(to: service)[nativeID] != nil }
        // Not told yet, wrongly told, or told by the wrong account: not recognised.
        #expect(try await stage.backend.observe(stage.target(endpoint)).connection == nil)
        let wrong = stage.selfManaged(nativeID + "0")
        #expect(try await stage.backend.observe(stage.target(wrong)).connection == nil)
        let thief = stage.selfManaged(nativeID, of: 1)
        #expect(try await stage.backend.observe(stage.target(thief)).connection == nil)
        endpoint.observed.nativeID = nativeID
        let seen = try await stage.connect(&endpoint)
        #expect(seen.connection?.nativeID == nativeID)
        #expect(seen.endpoint == nil)
        #expect(seen.unrequestedAccepted == 0)
    }

    func selfManagedIsNeverDeleted() async throws {
        let stage = try await ContractStage(rig)
        let consumer = stage.scene.consumers[0]
        var endpoint = stage.selfManaged(nil)
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let nativeID = try await rig.createEndpoint(
            by: consumer, in: stage.networks[0].subnets[0], to: stage.scene.service, disguisedAs: nil)
        endpoint.observed.nativeID = nativeID
        _ = try await stage.connect(&endpoint)
        endpoint.desired = .absent
        try await stage.backend.ensureEndpointAbsent(stage.target(endpoint))
        let end = try await stage.drive(&endpoint, wanted: 0)
        #expect(end.action == .settle(.closed))
        try await stage.eventually("that the connection does not serve") {
            try await stage.backend.observe(stage.target(endpoint)).connection?.isServing != true
        }
        #expect(try await rig.endpoints(of: consumer).map(\.nativeID) == [nativeID])
        #expect(try await rig.admissions(to: stage.scene.service).isEmpty)
    }

    func rejectionByHandShows() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).connection?.nativeID)
        try await rig.reject(nativeID, at: stage.scene.service)
        try await stage.eventually("the rejection") {
            try await stage.backend.observe(stage.target(endpoint)).connection?.status == .rejected
        }
        endpoint.observed.hasBeenActive = true
        let end = try await stage.drive(&endpoint, wanted: 1)
        #expect(end.action == .raise(rig.provider == .aws ? .rejectedByProducer : .consumerRefused))
    }

    func unknownStatusIsTold() async throws {
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).connection?.nativeID)
        try await rig.show(nativeStatus: "QUARANTINED", ofEndpoint: nativeID, at: stage.scene.service)
        let seen = try await stage.backend.observe(stage.target(endpoint))
        #expect(seen.connection?.status == .unknown)
        #expect(seen.connection?.nativeStatus == "QUARANTINED")
        #expect(seen.connection?.isServing == false)
        let listed = try await stage.backend.observe(stage.target(stage.service))?.connections
        #expect(listed?.first { $0.nativeID == nativeID }?.status == .unknown)
    }

    func unrequestedConnectionsAreCounted() async throws {
        let stage = try await ContractStage(rig, SceneWish(consumers: 2, acceptsOneByOne: false))
        let service = stage.scene.service
        if rig.provider == .aws { try await rig.admit("*", limit: 1, to: service) }
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        for consumer in 0..<2 {
            let stranger = try await rig.createEndpoint(
                by: stage.scene.consumers[consumer], in: stage.networks[consumer].subnets[1], to: service,
                disguisedAs: nil)
            try await stage.eventually("that the stranger is accepted") {
                let seen = try await stage.backend.observe(stage.target(stage.service))
                return seen?.connections.contains { $0.nativeID == stranger && $0.isServing } == true
            }
        }
        // Of the same account, one; the other account's does not count.
        let seen = try await stage.backend.observe(stage.target(endpoint))
        #expect(seen.unrequestedAccepted == 1)
        #expect(seen.connection?.isServing == true)
    }

    func roomTakenByAStrangerShows() async throws {
        let stage = try await ContractStage(rig)
        let service = stage.scene.service
        var endpoint = stage.endpoint()
        try await stage.backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let stranger = try await rig.createEndpoint(
            by: stage.scene.consumers[0], in: stage.networks[0].subnets[1], to: service, disguisedAs: nil)
        try await stage.eventually("that the stranger is accepted") {
            try await rig.connections(to: service)[stranger] == "ACCEPTED"
        }
        let end = try await stage.drive(&endpoint, wanted: 1)
        #expect(end.action == .raise(.roomTaken))
        #expect(end.seen.unrequestedAccepted == 1)
        #expect(try await rig.connections(to: service)[stranger] == "ACCEPTED")
    }
}
