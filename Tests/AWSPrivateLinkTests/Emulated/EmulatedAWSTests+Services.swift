import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import AWSPrivateLink

extension EmulatedAWSTests {
    @Test func privateDNSComesInTwoPhases() async throws {
        let stage = try await AWSStage(privateDNSName: "orders.example.com")
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint(options: .init(privateDNS: true))
        try await stage.emulator("clear_calls")
        #expect(try await stage.drive(&endpoint, by: backend).action == .settle(.active))
        let creation = try #require(try await stage.calls("CreateVpcEndpoint").first)
        #expect(creation["parameters"]["PrivateDnsEnabled"].text == "false")
        // Not verified: the endpoint serves by its other names, and the owner is told what to set.
        #expect(try await stage.calls("ModifyVpcEndpoint").isEmpty)
        let warning = try #require(
            try await backend.observe(stage.target(stage.service))?.warnings.first { $0.code == .dnsUnverified })
        #expect(warning.message.contains("TXT record _"))
        #expect(warning.message.contains("vpce:"))
        #expect(warning.message.contains("orders.example.com"))
        try await stage.emulator(
            "private_dns_state", ["service": .string(stage.adoptedID ?? ""), "state": "verified"])
        _ = try await stage.drive(&endpoint, by: backend)
        #expect(try await stage.calls("ModifyVpcEndpoint").count == 1)
        let seen = try await stage.drive(&endpoint, by: backend).seen
        #expect(seen.endpoint?.dnsNames.contains("orders.example.com") == true)
        #expect(try await stage.calls("ModifyVpcEndpoint").count == 1)
        #expect(try await backend.observe(stage.target(stage.service))?.warnings.isEmpty == true)
    }

    @Test func whatIsNotAskedForIsNotSwitchedOn() async throws {
        let stage = try await AWSStage(privateDNSName: "orders.example.com")
        try await stage.emulator(
            "private_dns_state", ["service": .string(stage.adoptedID ?? ""), "state": "verified"])
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint()
        try await stage.emulator("clear_calls")
        _ = try await stage.drive(&endpoint, by: backend)
        #expect(try await stage.calls("ModifyVpcEndpoint").isEmpty)
    }

    @Test func openServicesAreWarnedOf() async throws {
        let stage = try await AWSStage(acceptanceRequired: false)
        try await stage.emulator.boto(
            stage.producer.nativeID, "modify_vpc_endpoint_service_permissions",
            ["ServiceId": .string(stage.adoptedID ?? ""), "AddAllowedPrincipals": ["*"]])
        let seen = try #require(try await stage.makeBackend().observe(stage.target(stage.service)))
        #expect(seen.warnings.map(\.code) == [.wildcardPrincipal, .automaticAcceptance])
    }

    @Test func aGatewayLoadBalancerIsPublishedAndConnected() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        let service = try await stage.publication(balancer: "gateway")
        try await backend.ensurePublished(stage.target(service))
        // Its endpoints have neither names nor groups: what asks for them is left out.
        var endpoint = stage.endpoint(options: .init(securityGroups: ["sg-0123456789abcdef0"], privateDNS: true))
        let end = try await stage.drive(&endpoint, by: backend, on: service)
        #expect(end.action == .settle(.active))
        #expect(end.seen.endpoint?.dnsNames.isEmpty == true)
        #expect(end.seen.endpoint?.addresses.count == 1)
    }

    @Test func whatIsPublishedIsAsAsked() async throws {
        let stage = try await AWSStage()
        let service = try await stage.publication(domainName: "new.example.com", supportedRegions: ["eu-west-1"])
        try await stage.makeBackend().ensurePublished(stage.target(service))
        let made = try await stage.emulator.boto(
            stage.producer.nativeID, "describe_vpc_endpoint_service_configurations",
            ["Filters": [["Name": "tag:postern:service", "Values": [.string(service.id.text)]]]])[
                "ServiceConfigurations"][0]
        #expect(made["AcceptanceRequired"].isTrue)
        #expect(made["PrivateDnsName"].text == "new.example.com")
        #expect(made["SupportedRegions"][0]["Region"].text == "eu-west-1")
    }

    @Test(arguments: [
        "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188", "orders-nlb",
        "arn:aws:s3:::bucket",
    ]) func onlyNetworkAndGatewayLoadBalancersAreServed(_ arn: String) async throws {
        let stage = try await AWSStage()
        var service = stage.service
        service = PublishedService(
            id: service.id, name: service.name, teamID: service.teamID, accountID: service.accountID, provider: .aws,
            region: service.region, description: nil, documentationURL: nil,
            origin: .published(.init(loadBalancer: arn)), visibility: .everyone, policy: AccessPolicy(),
            schedule: Schedule(dueAt: nil), createdAt: AWSStage.now, updatedAt: AWSStage.now)
        let target = stage.target(service)
        let error = await #expect(throws: CloudError.self) {
            try await stage.makeBackend().ensurePublished(target)
        }
        #expect(error?.kind == .invalid)
        #expect(error?.message.contains("load balancer") == true)
    }

    /// A client token remembers what it made: the successor of a deleted service needs another.
    @Test func aPublishedServiceThatWasDeletedByHandIsMadeAgain() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var service = try await stage.publication()
        try await backend.ensurePublished(stage.target(service))
        let first = try #require(try await backend.observe(stage.target(service)))
        service.nativeID = first.nativeID
        try await stage.emulator.boto(
            stage.producer.nativeID, "delete_vpc_endpoint_service_configurations",
            ["ServiceIds": [.string(first.nativeID)]])
        try await stage.emulator("advance")
        #expect(try await backend.observe(stage.target(service)) == nil)
        for _ in 0..<2 { try await backend.ensurePublished(stage.target(service)) }
        let second = try #require(try await backend.observe(stage.target(service)))
        #expect(second.nativeID != first.nativeID)
        #expect(second.condition == .usable)
    }

    @Test func aServiceThatItsOwnerDidNotOfferIsLeftAlone() async throws {
        let stage = try await AWSStage()
        try await stage.emulator.boto(
            stage.producer.nativeID, "delete_tags",
            ["Resources": [.string(stage.adoptedID ?? "")], "Tags": [["Key": "postern:adopt"]]])
        let backend = try stage.makeBackend()
        #expect(try await backend.observe(stage.target(stage.service))?.condition == .usable)
        let error = await #expect(throws: CloudError.self) {
            try await backend.ensureAdmitted(stage.target(stage.endpoint()), limit: 1)
        }
        #expect(error?.kind == .denied)
        #expect(error?.cloudCode == "UnauthorizedOperation")
    }
}
