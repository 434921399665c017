import Connectivity
import ControlPlane
import Testing

@testable import FakeCloud
@testable import TestSupport

/// What a cloud's peculiarities lead to, once the control plane's rules have seen them through the backend.
@Suite struct TrapsThroughTheBackendTests {
    @Test func whatTheCloudGaveUpOnFailsWithItsReason() async throws {
        let rig = try FakeRig(provider: .aws)
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.connect(&endpoint).endpoint?.nativeID)
        try rig.cloud.show(nativeStatus: "failed", ofEndpoint: nativeID, because: "The subnet was lost.")
        #expect(try await stage.drive(&endpoint, wanted: 1).action == .fail(reason: "The subnet was lost."))
        try await stage.close(&endpoint)
    }

    @Test func aPrivateNameThatIsNotVerifiedHoldsNothingUp() async throws {
        let rig = try FakeRig(provider: .aws)
        let stage = try await ContractStage(rig)
        let late = "vpce-svc-0000000000000000a"
        try rig.cloud.addService(
            late, in: stage.producer.nativeID, region: stage.scene.region,
            loadBalancer: stage.scene.blueprint.loadBalancer,
            settings: .init(domainName: "late.example.net", isDomainVerified: false))
        let service = stage.adopted(late)
        var endpoint = stage.endpoint(options: .init(privateDNS: true))
        _ = try await stage.connect(&endpoint, on: service)
        #expect(try await stage.made(endpoint).first?.hasPrivateDNS == false)
        let warnings = try await stage.backend.observe(stage.target(service))?.warnings
        #expect(warnings?.map(\.code) == [.dnsUnverified])
    }

    @Test func aServiceMadeAnewDoesNotTakeBackWhoWasClosed() async throws {
        let rig = try FakeRig(provider: .gcp)
        let stage = try await ContractStage(rig)
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        try rig.deleteService(stage.scene.service)
        try rig.cloud.addService(
            stage.scene.service.nativeID, in: stage.producer.nativeID, region: stage.scene.region,
            loadBalancer: stage.scene.blueprint.loadBalancer, settings: .init(natSubnets: ["nat-a"]))
        #expect(try await stage.drive(&endpoint, wanted: 1).action == .raise(.closedByProducer))
        try await stage.close(&endpoint)
        #expect(try rig.heldAddresses(of: stage.scene.consumers[0]).isEmpty)
    }

    @Test func anOrganisationPolicyShowsAsRejection() async throws {
        let rig = try FakeRig(provider: .gcp)
        let stage = try await ContractStage(rig)
        try rig.cloud.restrictConsumers(of: stage.producer.nativeID, to: [])
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, wanted: 1).action == .raise(.rejectedByProducer))
    }

    @Test func aFullNATSubnetShowsAsTheProducersToMend() async throws {
        let rig = try FakeRig(provider: .gcp)
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let (project, region) = (stage.producer.nativeID, stage.scene.region)
        let range = try #require(CIDR("10.0.250.0/29"))
        try rig.cloud.addNetwork(
            "projects/\(project)/global/networks/nat", name: "nat", in: project, region: nil, ranges: [], subnets: [],
            natSubnets: [
                Subnet(
                    name: "tiny", nativeID: "projects/\(project)/regions/\(region)/subnetworks/tiny", region: region,
                    zone: nil, range: range)
            ])
        let tiny = "projects/\(project)/regions/\(region)/serviceAttachments/tiny"
        try rig.cloud.addService(
            tiny, in: project, region: region, loadBalancer: stage.scene.blueprint.loadBalancer,
            settings: .init(natSubnets: ["tiny"]))
        try rig.cloud.admit(stage.consumers[1].nativeID, limit: 4, to: tiny)
        for _ in 0..<4 {
            _ = try await rig.cloud.createEndpoint(
                accountNativeID: stage.consumers[1].nativeID, subnetNativeID: stage.networks[1].subnets[0].nativeID,
                serviceName: tiny)
        }
        var endpoint = stage.endpoint()
        let end = try await stage.drive(&endpoint, on: stage.adopted(tiny), wanted: 1)
        #expect(end.action == .raise(.producerMustAct))
        #expect(end.seen.connection?.nativeStatus == "NEEDS_ATTENTION")
    }

    @Test func aListOfNetworksGetsANetwork() async throws {
        let rig = try FakeRig(provider: .gcp)
        let stage = try await ContractStage(rig, SceneWish(consumers: 2))
        let other = stage.networks[1].nativeID
        try rig.patch(
            stage.scene.service, AttachmentPatch(acceptList: [.init(subject: .network(other), limit: 2)]))
        var endpoint = stage.endpoint()
        _ = try await stage.connect(&endpoint)
        #expect(try rig.admissions(to: stage.scene.service) == [other: 2, stage.networks[0].nativeID: 1])
        try await stage.close(&endpoint)
        #expect(try rig.admissions(to: stage.scene.service) == [other: 2])
    }

    @Test func wildcardAndAutomaticAcceptanceAreTold() async throws {
        let rig = try FakeRig(provider: .aws)
        let stage = try await ContractStage(rig, SceneWish(acceptsOneByOne: false))
        try rig.admit("*", limit: 1, to: stage.scene.service)
        let seen = try await stage.backend.observe(stage.target(stage.service))
        #expect(seen?.warnings.map(\.code) == [.automaticAcceptance, .wildcardPrincipal])
    }

    @Test func listsThatDoNotReachWhatIsConnectedAreTold() async throws {
        let rig = try FakeRig(provider: .gcp)
        let stage = try await ContractStage(rig, SceneWish(reconcilesConnections: false))
        let seen = try await stage.backend.observe(stage.target(stage.service))
        #expect(seen?.warnings.map(\.code) == [.reconcileOff])
    }
}
