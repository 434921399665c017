import CloudTransport
import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import GooglePSC

@Suite("Endpoints")
struct EndpointTests {
    @Test("An endpoint has an address of its subnet, a DNS name and our label; closing leaves nothing")
    func lives() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        let seen = try await backend.observe(stage.target(endpoint))
        let native = try #require(seen.endpoint)
        let address = try #require(native.addresses.first.flatMap { IPv4Address($0) })
        #expect(stage.network.subnets[0].range.contains(address))
        #expect(native.dnsNames == ["\(endpoint.resourceName).orders.example.net"])
        let rule = try await stage.emulator.compute(.get, native.nativeID)
        #expect(rule["labels"] == ["postern-endpoint": .string(endpoint.id.text)])
        #expect(rule["allowPscGlobalAccess"] == false)
        let held = try await stage.emulator.compute(
            .get, native.nativeID.replacing("/forwardingRules/", with: "/addresses/"))
        #expect(held["labels"] == rule["labels"])
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        let left = try await stage.emulator("addresses", ["project": .string(stage.consumer.nativeID)])
        #expect(left["held"] == [])
        #expect(try await stage.admitted().isEmpty)
    }

    @Test(
        "Interrupted before the labels were set, it is still ours: to finish, and to delete", arguments: [true, false])
    func interruptedBeforeLabels(isWanted: Bool) async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        let target = stage.target(endpoint)
        try await backend.ensureAdmitted(target, limit: 1)
        try await stage.emulator(
            "faults",
            [
                "kind": "dropped", "method": "compute.forwardingRules.setLabels", "count": 1,
                "project": .string(stage.consumer.nativeID),
            ])
        let error = try await failure { () async throws(CloudError) in
            try await backend.ensureEndpoint(target, token: "t-1")
        }
        #expect(error.isRetryable)
        let path = backend.rulePath(of: target)
        #expect(try await stage.emulator.compute(.get, "\(path)")["labels"] == .null)
        if isWanted {
            // Still being made, so that it is asked for again.
            #expect(try await backend.observe(stage.target(endpoint)).endpoint == nil)
            try await backend.ensureEndpoint(stage.target(endpoint), token: "t-1")
            let rule = try await stage.emulator.compute(.get, "\(path)")
            #expect(rule["labels"] == ["postern-endpoint": .string(endpoint.id.text)])
        } else {
            endpoint.desired = .absent
            #expect(try await backend.observe(stage.target(endpoint)).endpoint?.nativeID == "\(path)")
            #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
            let left = try await stage.emulator("addresses", ["project": .string(stage.consumer.nativeID)])
            #expect(left["held"] == [])
        }
    }

    @Test("Labels of others stay, and an endpoint whose label somebody took away is let be")
    func labelsOfOthers() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        let path = try #require(endpoint.observed.nativeID)
        let rule = try await stage.emulator.compute(.get, path)
        try await stage.emulator.compute(
            .post, "\(path)/setLabels",
            ["labels": ["cost-centre": "7"], "labelFingerprint": rule["labelFingerprint"]])
        #expect(try await backend.observe(stage.target(endpoint)).endpoint == nil)
        endpoint.desired = .absent
        // Left alone; but its room is taken back, which cuts it.
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        let left = try await stage.emulator.compute(.get, path)
        #expect(left["labels"] == ["cost-centre": "7"])
        #expect(left["pscConnectionStatus"] == "PENDING")
    }

    @Test("Our label is set again where somebody took it off and left none, though its request id is known")
    func labelTakenOff() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        let path = try #require(endpoint.observed.nativeID)
        for _ in 0..<4 {
            let rule = try await stage.emulator.compute(.get, path)
            #expect(rule["labels"] == ["postern-endpoint": .string(endpoint.id.text)])
            try await stage.emulator.compute(
                .post, "\(path)/setLabels", ["labels": [:], "labelFingerprint": rule["labelFingerprint"]])
            try await backend.ensureEndpoint(stage.target(endpoint), token: "t")
        }
        #expect(
            try await stage.emulator.compute(.get, path)["labels"]
                == ["postern-endpoint": .string(endpoint.id.text)])
    }

    @Test("An address takes its labels when it is made, or afterwards", arguments: [true, false])
    func labelsOfAddress(isTakenAtInsert: Bool) async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["takesLabelsAtInsert": .bool(isTakenAtInsert)])
            var endpoint = stage.endpoint()
            #expect(try await stage.drive(&endpoint, by: stage.backend()) == .settle(.active))
            #expect(try await stage.calls("compute.addresses.setLabels").count == (isTakenAtInsert ? 0 : 1))
            let rule = endpoint.observed.nativeID ?? ""
            let address = try await stage.emulator.compute(
                .get, rule.replacing("/forwardingRules/", with: "/addresses/"))
            #expect(address["labels"] == ["postern-endpoint": .string(endpoint.id.text)])
        }
    }

    @Test("A self-managed endpoint may be told with its numeric id, and is then held to that")
    func numericID() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let subnet = stage.network.subnets[0].nativeID
        let made = try await stage.emulator.makeEndpoint(
            "theirs", in: stage.consumer.nativeID, subnetwork: subnet, to: stage.attachment)
        let number = try await stage.emulator.compute(.get, made)["id"].text ?? ""
        let told =
            "https://www.googleapis.com/compute/v1/projects/\(stage.consumer.nativeID)/regions/\(GoogleStage.region)"
            + "/forwardingRules/\(number)"
        var endpoint = stage.endpoint(.selfManaged, nativeID: told)
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        #expect(try await backend.observe(stage.target(endpoint)).unrequestedAccepted == 0)
        // Another one of the same name is another endpoint.
        try await stage.emulator.compute(.delete, made)
        _ = try await stage.emulator.makeEndpoint(
            "theirs", in: stage.consumer.nativeID, subnetwork: subnet, to: stage.attachment)
        #expect(try await backend.observe(stage.target(endpoint)).connection == nil)
    }

    @Test("A connection that nobody asked for is told with the service")
    func unrequested() async throws {
        let stage = try await GoogleStage()
        let stranger = GoogleEmulator.freshProject("stranger")
        try await stage.emulator.makeConsumer(stranger)
        let made = try await stage.emulator.makeEndpoint(
            "uninvited", in: stranger,
            subnetwork: "projects/\(stranger)/regions/\(GoogleStage.region)/subnetworks/batch-a", to: stage.attachment)
        let seen = try await stage.backend().observe(ServiceTarget(service: stage.adopted, account: stage.producer))
        let connection = try #require(seen?.connections.first)
        #expect(connection.nativeID == made)
        #expect(connection.accountNativeID == stranger)
        #expect(connection.networkNativeID == "projects/\(stranger)/global/networks/batch")
        #expect(connection.status == .pending)
    }

    @Test("A subnet of another region is refused before anything is made")
    func otherRegion() async throws {
        let stage = try await GoogleStage()
        let endpoint = stage.endpoint()
        let real = stage.network.subnets[0]
        let far = Subnet(name: "far", nativeID: real.nativeID, region: "us-east1", zone: nil, range: real.range)
        let target = EndpointTarget(
            endpoint: endpoint, service: stage.adopted, producer: stage.producer, consumer: stage.consumer,
            network: stage.network, subnet: far, wantedNativeIDs: [])
        let backend = try await stage.backend()
        let error = try await failure { () async throws(CloudError) in
            try await backend.ensureEndpoint(target, token: "t-1")
        }
        #expect(error.kind == .invalid)
        #expect(error.message.contains("us-east1"))
        #expect(try await stage.calls("compute.addresses.insert").isEmpty)
    }

    @Test(
        "An attachment that is not where the service is said to be is refused",
        arguments: [
            "nonsense", "projects/other-project/regions/europe-west1/serviceAttachments/orders",
            "projects/other-project/regions/europe-west1/forwardingRules/orders",
        ])
    func wrongAttachment(nativeID: String) async throws {
        let stage = try await GoogleStage()
        let service = stage.service(.adopted(nativeID: nativeID))
        let backend = try await stage.backend()
        let error = try await failure { () async throws(CloudError) in
            _ = try await backend.observe(ServiceTarget(service: service, account: stage.producer))
        }
        #expect(error.kind == .invalid)
    }
}
