import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    func requestedAddressIsGiven() async throws {
        let stage = try await ContractStage(rig)
        let wished = Self.wish(in: stage.networks[0].subnets[0])
        var endpoint = stage.endpoint(address: wished)
        let seen = try await stage.connect(&endpoint)
        #expect(seen.endpoint?.addresses == [wished.description])
        #expect(try await stage.made(endpoint).first?.addresses == [wished.description])
    }

    func requestedAddressInUseIsConflict() async throws {
        let stage = try await ContractStage(rig)
        let subnet = stage.networks[0].subnets[0]
        let wished = Self.wish(in: subnet)
        try await rig.hold(wished, in: subnet, of: stage.scene.consumers[0])
        try await expectCreation(of: stage.endpoint(address: wished), on: stage, toFailAs: .conflict)
    }

    func addressOutsideSubnetIsInvalid() async throws {
        let stage = try await ContractStage(rig)
        let outside = IPv4Address("192.0.2.77")
        try await expectCreation(of: stage.endpoint(address: outside), on: stage, toFailAs: .invalid)
    }

    func fullSubnetIsConflict() async throws {
        let stage = try await ContractStage(rig)
        try await rig.fill(stage.networks[0].subnets[0], of: stage.scene.consumers[0])
        try await expectCreation(of: stage.endpoint(), on: stage, toFailAs: .conflict)
        // Other subnets are not concerned.
        var other = stage.endpoint(subnet: 1)
        _ = try await stage.connect(&other)
    }

    func missingSubnetIsNotFound() async throws {
        let stage = try await ContractStage(rig)
        let real = stage.networks[0].subnets[0]
        let gone = Subnet(
            name: "gone", nativeID: Self.absent(real.nativeID), region: real.region, zone: real.zone, range: real.range)
        let endpoint = stage.endpoint()
        let whole = stage.target(endpoint)
        let target = EndpointTarget(
            endpoint: endpoint, service: whole.service, producer: whole.producer, consumer: whole.consumer,
            network: whole.network, subnet: gone, wantedNativeIDs: [])
        try await stage.backend.ensureAdmitted(target, limit: 1)
        let error = try await stage.error("creating in a subnet that is not there") { () async throws(CloudError) in
            try await stage.backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        }
        #expect(error.kind == .notFound)
        #expect(error.cloudCode != nil)
    }

    func globalAccessIsHonoured() async throws {
        let stage = try await ContractStage(rig)
        var (global, plain) = (stage.endpoint(options: .init(globalAccess: true)), stage.endpoint(subnet: 1))
        _ = try await stage.connect(&global)
        _ = try await stage.connect(&plain, wanted: 2, siblings: Set([global.observed.nativeID].compactMap(\.self)))
        #expect(try await stage.made(global).first?.hasGlobalAccess == true)
        #expect(try await stage.made(plain).first?.hasGlobalAccess == false)
    }

    func furtherSubnetsGetAddresses() async throws {
        let stage = try await ContractStage(rig)
        let subnets = Array(stage.networks[0].subnets[0...1])
        var endpoint = stage.endpoint(options: .init(additionalSubnets: [subnets[1].nativeID]))
        let seen = try await stage.connect(&endpoint)
        let addresses = (seen.endpoint?.addresses ?? []).compactMap { IPv4Address($0) }
        #expect(addresses.count == 2)
        for subnet in subnets { #expect(addresses.contains(where: subnet.range.contains)) }
        #expect(try await stage.made(endpoint).first?.subnetNativeIDs == Set(subnets.map(\.nativeID)))
    }

    func securityGroupsAreHonoured() async throws {
        let stage = try await ContractStage(rig)
        let groups = stage.scene.consumers[0].securityGroups
        try #require(!groups.isEmpty, "the rig has no security groups to try")
        var endpoint = stage.endpoint(options: .init(securityGroups: groups))
        _ = try await stage.connect(&endpoint)
        #expect(try await stage.made(endpoint).first?.securityGroups == Set(groups))
    }

    func privateDNSComesAfterAcceptance() async throws {
        let stage = try await ContractStage(rig)
        try #require(stage.scene.hasPrivateDNS, "the rig's service has no verified private name to try")
        var endpoint = stage.endpoint(options: .init(privateDNS: true))
        let seen = try await stage.connect(&endpoint)
        #expect(try await stage.made(endpoint).first?.hasPrivateDNS == true)
        #expect(seen.connection?.isServing == true)
        try await stage.close(&endpoint)
    }

    func strangeZoneIsInvalid() async throws {
        let stage = try await ContractStage(rig)
        let strange = try #require(stage.scene.consumers[0].strangeZone)
        let index = try #require(stage.networks[0].subnets.firstIndex { $0.nativeID == strange.nativeID })
        try await expectCreation(of: stage.endpoint(subnet: index), on: stage, toFailAs: .invalid)
    }

    /// Tries to make an endpoint, and finds nothing of it afterwards but, at Google, its reserved address.
    private func expectCreation(
        of endpoint: Endpoint, on stage: ContractStage, toFailAs kind: CloudError.Kind
    ) async throws {
        let target = stage.target(endpoint)
        try await stage.backend.ensureAdmitted(target, limit: 1)
        let held = try await rig.heldAddresses(of: stage.scene.consumers[0])
        let error = try await stage.error("the creation") { () async throws(CloudError) in
            try await stage.backend.ensureEndpoint(target, token: "\(endpoint.id)-1")
        }
        #expect(error.kind == kind, "\(error)")
        #expect(!error.isRetryable)
        #expect(error.cloudCode != nil)
        #expect(!error.message.isEmpty)
        #expect(try await rig.endpoints(of: stage.scene.consumers[0]).isEmpty)
        var closing = endpoint
        try await stage.close(&closing)
        #expect(try await rig.heldAddresses(of: stage.scene.consumers[0]) == held)
    }

    /// An address that is free in a new subnet of either cloud, and not the first that would be picked.
    private static func wish(in subnet: Subnet) -> IPv4Address { IPv4Address(value: subnet.range.lowest.value + 5) }

    /// A native id of the same form, of nothing.
    private static func absent(_ nativeID: String) -> String {
        nativeID.hasPrefix("subnet-") ? "subnet-0123456789abcdef0" : nativeID + "-gone"
    }
}
