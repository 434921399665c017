import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import AWSPrivateLink

/// AWS's traps, as the emulator has them. One after another: they share its settings.
@Suite(.serialized) struct EmulatedAWSTests {
    @Test func aConnectionThatTheOwnerDoesNotSeeYetIsWaitedFor() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        let target = stage.target(endpoint)
        try await stage.emulator("settings", ["pace": "manual"])
        try await backend.ensureAdmitted(target, limit: 1)
        try await backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        let unseen = try await backend.observe(target)
        #expect(unseen.endpoint?.condition == .usable)
        #expect(unseen.endpoint?.addresses == ["10.0.0.4"])
        #expect(unseen.connection == nil)
        try await stage.emulator("advance")
        let seen = try await backend.observe(target)
        #expect(seen.connection?.status == .pending)
        #expect(seen.connection?.nativeStatus == "pendingAcceptance")
        let nativeID = try #require(seen.endpoint?.nativeID)
        try await backend.ensureAccepted(target, connection: nativeID)
        // Accepted, and not serving yet.
        let pending = try await backend.observe(target).connection
        #expect(pending?.status == .accepted)
        #expect(pending?.nativeStatus == "pending")
        #expect(pending?.isServing == false)
        try await stage.emulator("advance")
        #expect(try await backend.observe(target).connection?.isServing == true)
    }

    @Test func whatIsTornDownLeavesNothing() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint(options: .init(additionalSubnets: [stage.network.subnets[1].nativeID]))
        let up = try await stage.drive(&endpoint, by: backend)
        #expect(up.action == .settle(.active))
        #expect(up.seen.endpoint?.addresses == ["10.0.0.4", "10.0.1.4"])
        #expect(up.seen.endpoint?.dnsNames.count == 3)
        endpoint.desired = .absent
        try await stage.emulator("clear_calls")
        #expect(try await stage.drive(&endpoint, by: backend).action == .settle(.closed))
        // Cut first, since that ends the traffic; the account goes last.
        let changes = try await stage.calls().compactMap { $0["action"].text }.filter { !$0.hasPrefix("Describe") }
        #expect(
            changes == [
                "RejectVpcEndpointConnections", "DeleteVpcEndpoints", "ModifyVpcEndpointServicePermissions",
            ])
    }

    @Test func theIPAddressTypeIsAsAsked() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint(options: .init(ipAddressType: .dualStack))
        try await stage.emulator("clear_calls")
        let refusal = await #expect(throws: CloudError.self) { try await stage.drive(&endpoint, by: backend) }
        #expect(refusal?.kind == .invalid)
        #expect(refusal?.message.contains("dualstack") == true)
        let wish = try #require(try await stage.calls("CreateVpcEndpoint").first)
        #expect(wish["parameters"]["IpAddressType"].text == "dualstack")
        try await stage.emulator.boto(
            stage.producer.nativeID, "modify_vpc_endpoint_service_configuration",
            ["ServiceId": .string(stage.adoptedID ?? ""), "AddSupportedIpAddressTypes": ["ipv6"]])
        try await stage.emulator.boto(
            stage.consumer.nativeID, "associate_subnet_cidr_block",
            ["SubnetId": .string(stage.network.subnets[0].nativeID), "Ipv6CidrBlock": "2001:db8::/64"])
        let addresses = try #require(try await stage.drive(&endpoint, by: backend).seen.endpoint?.addresses)
        #expect(addresses.first == "10.0.0.4")
        #expect(addresses.count == 2)
        #expect(addresses.last?.hasPrefix("2001:db8:") == true)
        var plain = stage.endpoint(subnet: 1)
        try await stage.emulator("clear_calls")
        #expect(try await stage.drive(&plain, by: backend).seen.endpoint?.addresses == ["10.0.1.4"])
        let creation = try #require(try await stage.calls("CreateVpcEndpoint").first)
        #expect(creation["parameters"]["IpAddressType"].text == nil)
    }

    /// Status 200, and the endpoint among those that could not be accepted.
    @Test func anUnsuccessfulAcceptanceIsAnError() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        let target = stage.target(endpoint)
        try await stage.emulator("settings", ["pace": "manual"])
        try await backend.ensureAdmitted(target, limit: 1)
        try await backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        try await stage.emulator("advance")
        let nativeID = try #require(try await backend.observe(target).endpoint?.nativeID)
        try await stage.emulator("endpoint_state", ["endpoint": .string(nativeID), "state": "quarantined"])
        let error = await #expect(throws: CloudError.self) {
            try await backend.ensureAccepted(target, connection: nativeID)
        }
        #expect(error?.kind == .conflict)
        #expect(error?.cloudCode == "InvalidState")
        #expect(error?.message.contains("quarantined") == true)
    }

    @Test func aRejectionIsNotUndone() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint()
        _ = try await stage.drive(&endpoint, by: backend)
        let nativeID = try #require(endpoint.observed.nativeID)
        try await backend.ensureRejected(stage.target(endpoint), connection: nativeID)
        let target = stage.target(endpoint)
        let error = await #expect(throws: CloudError.self) {
            try await backend.ensureAccepted(target, connection: nativeID)
        }
        #expect(error?.kind == .conflict)
        #expect(try await stage.drive(&endpoint, by: backend).action == .raise(.rejectedByProducer))
    }

    @Test(arguments: [("partial", NextAction.raise(.producerMustAct)), ("metamorphosing", .raise(.unknownStatus))])
    func newStatesAreShown(_ state: String, _ action: NextAction) async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint()
        _ = try await stage.drive(&endpoint, by: backend)
        try await stage.emulator(
            "endpoint_state", ["endpoint": .string(endpoint.observed.nativeID ?? ""), "state": .string(state)])
        let end = try await stage.drive(&endpoint, by: backend)
        #expect(end.action == action)
        #expect(end.seen.connection?.nativeStatus == state)
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend).action == .settle(.closed))
    }

    @Test(arguments: ["failed", "expired"]) func whatEC2GaveUpIsTold(_ state: String) async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint()
        _ = try await stage.drive(&endpoint, by: backend)
        try await stage.emulator(
            "endpoint_state",
            [
                "endpoint": .string(endpoint.observed.nativeID ?? ""), "state": .string(state),
                "code": "InsufficientENICapacity", "message": "no capacity in use1-az1",
            ])
        guard case .fail(let reason) = try await stage.drive(&endpoint, by: backend).action else {
            Issue.record("it did not fail")
            return
        }
        #expect(reason.contains("InsufficientENICapacity: no capacity in use1-az1"))
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend).action == .settle(.closed))
    }

    @Test func listingsAreReadToTheirEnd() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        for _ in 0..<5 {
            try await stage.emulator.boto(
                stage.producer.nativeID, "modify_vpc_endpoint_service_permissions",
                [
                    "ServiceId": .string(try #require(stage.adoptedID)),
                    "AddAllowedPrincipals": [.string("arn:aws:iam::\(AWSEmulator.freshAccount()):root")],
                ])
        }
        try await stage.emulator("settings", ["page_size": 2])
        var endpoints = [stage.endpoint(), stage.endpoint(subnet: 1), stage.endpoint()]
        for index in endpoints.indices {
            #expect(try await stage.drive(&endpoints[index], by: backend).action == .settle(.active))
        }
        let seen = try #require(try await backend.observe(stage.target(stage.service)))
        #expect(Set(seen.connections.map(\.nativeID)) == Set(endpoints.compactMap(\.observed.nativeID)))
        #expect(try await backend.observe(stage.target(endpoints[0])).admission == .admitted(limit: nil))
    }

    @Test func statesInTheModelsOwnWordsAreReadToo() async throws {
        let stage = try await AWSStage()
        try await stage.emulator("settings", ["pascal_case": true])
        var endpoint = stage.endpoint()
        let end = try await stage.drive(&endpoint, by: try stage.makeBackend())
        #expect(end.action == .settle(.active))
        #expect(end.seen.connection?.nativeStatus == "Available")
        try await stage.emulator("settings", ["pascal_case": false])
    }

    /// EC2 lists with delay what it made; each attempt of the reconciler has a token of its own.
    @Test func anEndpointThatIsNotListedYetIsNotMadeTwice() async throws {
        let stage = try await AWSStage()
        try await stage.emulator("settings", ["listed": 4])
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: try stage.makeBackend()).action == .settle(.active))
        #expect(try await stage.calls("CreateVpcEndpoint").count > 1)
        try await stage.emulator("advance")
        let all = try await stage.emulator.boto(stage.consumer.nativeID, "describe_vpc_endpoints")
        #expect(all["VpcEndpoints"].elements.count == 1)
    }

    @Test func anEndpointDeletedBeforeItWasSeenIsMadeAgain() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        let target = stage.target(endpoint)
        try await backend.ensureAdmitted(target, limit: 1)
        try await backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        let all = try await stage.emulator.boto(stage.consumer.nativeID, "describe_vpc_endpoints")
        let first = all["VpcEndpoints"][0]["VpcEndpointId"]
        try await stage.emulator.boto(stage.consumer.nativeID, "delete_vpc_endpoints", ["VpcEndpointIds": [first]])
        try await stage.emulator("advance")
        try await stage.emulator("advance")
        try await backend.ensureEndpoint(target, token: "\(endpoint.id)-2")
        let seen = try await backend.observe(target).endpoint
        #expect(seen?.condition == .usable)
        #expect(seen?.nativeID != first.text)
    }

    /// What EC2 shows lags behind what it knows: refusals that do not fit what is shown pass by themselves.
    @Test func refusalsThatFitNothingShownAreRetried() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        let target = stage.target(endpoint)
        try await backend.ensureAdmitted(target, limit: 1)
        try await backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        try await stage.emulator("advance")
        let nativeID = try #require(try await backend.observe(target).endpoint?.nativeID)
        try await stage.emulator("settings", ["refused_decisions": 1])
        let acceptance = await #expect(throws: CloudError.self) {
            try await backend.ensureAccepted(target, connection: nativeID)
        }
        #expect(acceptance?.isRetryable == true)
        try await backend.ensureAccepted(target, connection: nativeID)
        try await stage.emulator("settings", ["refused_decisions": 1])
        let rejection = await #expect(throws: CloudError.self) {
            try await backend.ensureRejected(target, connection: nativeID)
        }
        #expect(rejection?.isRetryable == true)
        #expect(rejection?.cloudCode == "InvalidState")
        try await backend.ensureRejected(target, connection: nativeID)
    }

    /// Who was let in a moment ago may not see the service for a while.
    @Test func anAdmissionThatDoesNotShowYetIsWaitedFor() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        try await backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        try await stage.emulator("fault", ["kind": "not_seen_yet", "action": "CreateVpcEndpoint"])
        let error = await #expect(throws: CloudError.self) {
            try await backend.ensureEndpoint(stage.target(endpoint), token: "\(endpoint.id)-1")
        }
        #expect(error?.isRetryable == true)
        #expect(error?.cloudCode == "InvalidServiceName")
        try await backend.ensureEndpoint(stage.target(endpoint), token: "\(endpoint.id)-1")
    }
}

extension AWSStage {
    var adoptedID: String? {
        guard case .adopted(let id) = service.origin else { return nil }
        return id
    }
}
