import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import FakeCloud

/// What Private Service Connect does that a client may not expect.
@Suite struct GoogleTrapTests {
    private let rig: FakeRig

    init() throws { rig = try FakeRig(provider: .gcp) }

    @Test func staleFingerprintIsRefused() throws {
        let service = try rig.makeScene(SceneWish()).service
        let stale = try rig.attachment(service).fingerprint
        try rig.patch(service, AttachmentPatch(acceptList: [.init(subject: .project("first-one"), limit: 1)]))
        let error = rig.nativeError { state throws(CloudError) in
            try state.patchAttachment(service.nativeID, fingerprint: stale, AttachmentPatch(acceptList: []))
        }
        #expect(error?.cloudCode == "conditionNotMet")
        #expect(error?.cloudRequestID?.hasPrefix("operation-") == true)
        #expect(try rig.admissions(to: service) == ["first-one": 1])
    }

    @Test func aPatchReplacesTheWholeList() throws {
        let service = try rig.makeScene(SceneWish()).service
        try rig.patch(service, AttachmentPatch(acceptList: [.init(subject: .project("first-one"), limit: 1)]))
        try rig.patch(service, AttachmentPatch(acceptList: [.init(subject: .project("second-one"), limit: 1)]))
        #expect(try rig.admissions(to: service) == ["second-one": 1])
    }

    @Test(arguments: [false, true])
    func listEditsReachWhatIsConnectedOnlyIfTheyAreReconciled(reconciles: Bool) async throws {
        let scene = try rig.makeScene(SceneWish(reconcilesConnections: reconciles))
        let project = scene.consumers[0].account.nativeID
        try rig.admit(project, limit: 1, to: scene.service)
        let endpoint = try await rig.connect(scene)
        #expect(try rig.status(of: endpoint) == "ACCEPTED")
        try await rig.removeAdmission(project, from: scene.service)
        rig.settle()
        #expect(try rig.status(of: endpoint) == (reconciles ? "PENDING" : "ACCEPTED"))
        try rig.admit(project, limit: 1, to: scene.service)
        try rig.refuse(project, at: scene.service)
        rig.settle()
        #expect(try rig.status(of: endpoint) == (reconciles ? "REJECTED" : "ACCEPTED"))
    }

    @Test func listsOfTwoKindsAreRefused() throws {
        let service = try rig.makeScene(SceneWish()).service
        let mixed: [ServiceAttachment.AcceptEntry] = [
            .init(subject: .project("first-one"), limit: 1),
            .init(subject: .network("projects/first-one/global/networks/batch"), limit: 1),
        ]
        let refused: [AttachmentPatch] = [
            AttachmentPatch(acceptList: mixed),
            AttachmentPatch(acceptList: [mixed[1]], rejectList: ["second-one"]),
            AttachmentPatch(acceptList: [mixed[0], mixed[0]]),
            AttachmentPatch(acceptList: [.init(subject: .project("first-one"), limit: 0)]),
            AttachmentPatch(acceptList: [
                .init(subject: .endpoint("projects/p/regions/r/forwardingRules/f"), limit: 2)
            ]),
            AttachmentPatch(preference: .automatic, acceptList: [mixed[0]]),
            AttachmentPatch(acceptList: (0...5000).map { .init(subject: .project("project-\($0)"), limit: 1) }),
            AttachmentPatch(rejectList: (0...64).map { "project-\($0)" }),
        ]
        for patch in refused {
            let error = #expect(throws: CloudError.self) { try rig.patch(service, patch) }
            #expect(error?.kind == .invalid)
            #expect(error?.cloudCode == "invalid")
        }
        #expect(try rig.admissions(to: service).isEmpty)
    }

    @Test func anOrganisationPolicyLetsAnEndpointBeMadeAndRejected() async throws {
        let scene = try rig.makeScene(SceneWish())
        try rig.cloud.restrictConsumers(of: scene.producer.nativeID, to: ["somebody-else"])
        try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
        let endpoint = try await rig.connect(scene)
        #expect(try rig.status(of: endpoint) == "REJECTED")
    }

    @Test func aFullNATSubnetNeedsAttentionUntilOneGoes() async throws {
        let scene = try rig.makeScene(SceneWish())
        let (project, consumer) = (scene.producer.nativeID, scene.consumers[0])
        let nat = "projects/\(project)/regions/\(scene.region)/subnetworks/tiny"
        let range = try #require(CIDR("10.0.250.0/29"))
        try rig.cloud.addNetwork(
            "projects/\(project)/global/networks/nat", name: "nat", in: project, region: nil, ranges: [], subnets: [],
            natSubnets: [Subnet(name: "tiny", nativeID: nat, region: scene.region, zone: nil, range: range)])
        let tiny = "projects/\(project)/regions/\(scene.region)/serviceAttachments/tiny"
        try rig.cloud.addService(
            tiny, in: project, region: scene.region, loadBalancer: scene.blueprint.loadBalancer,
            settings: .init(natSubnets: ["tiny"]))
        try rig.cloud.admit(consumer.account.nativeID, limit: 9, to: tiny)
        var endpoints: [String] = []
        for _ in 0..<5 {
            endpoints.append(
                try await rig.cloud.createEndpoint(
                    accountNativeID: consumer.account.nativeID, subnetNativeID: consumer.network.subnets[0].nativeID,
                    serviceName: tiny))
            rig.settle()
        }
        #expect(try rig.status(of: endpoints[3]) == "ACCEPTED")
        #expect(try rig.status(of: endpoints[4]) == "NEEDS_ATTENTION")
        try await rig.cloud.deleteEndpoint(nativeID: endpoints[0])
        rig.settle()
        _ = try rig.status(of: endpoints[4])
        rig.settle()
        #expect(try rig.status(of: endpoints[4]) == "ACCEPTED")
    }

    @Test func deletingTheAttachmentClosesForGood() async throws {
        let scene = try rig.makeScene(SceneWish())
        try rig.admit(scene.consumers[0].account.nativeID, limit: 5, to: scene.service)
        let endpoint = try await rig.connect(scene)
        try rig.deleteService(scene.service)
        #expect(try rig.status(of: endpoint) == "CLOSED")
        try rig.cloud.addService(
            scene.service.nativeID, in: scene.producer.nativeID, region: scene.region,
            loadBalancer: scene.blueprint.loadBalancer, settings: .init(natSubnets: ["nat-a"]))
        try rig.admit(scene.consumers[0].account.nativeID, limit: 5, to: scene.service)
        rig.settle()
        #expect(try rig.status(of: endpoint) == "CLOSED")
        let inventory = await rig.cloud.inventory()
        #expect(inventory.services.first { $0.nativeID == scene.service.nativeID }?.connections.isEmpty == true)
    }

    @Test func whoWaitsGetsTheRoomOfWhoGoes() async throws {
        let scene = try rig.makeScene(SceneWish())
        try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
        let first = try await rig.connect(scene)
        let second = try await rig.connect(scene, subnet: 1)
        #expect(try rig.status(of: first) == "ACCEPTED")
        #expect(try rig.status(of: second) == "PENDING")
        try await rig.cloud.deleteEndpoint(nativeID: first)
        rig.settle()
        _ = try rig.status(of: second)
        rig.settle()
        #expect(try rig.status(of: first) == nil)
        #expect(try rig.status(of: second) == "ACCEPTED")
    }

    @Test func fourAddressesOfASubnetAreGooglesOwn() async throws {
        let scene = try rig.makeScene(SceneWish())
        let consumer = scene.consumers[0]
        let subnet = consumer.network.subnets[0]
        for _ in 0..<12 { _ = try await rig.connect(scene) }
        #expect(try rig.heldAddresses(of: consumer).count == 12)
        for own in ["10.0.1.0", "10.0.1.1", "10.0.1.14", "10.0.1.15"] {
            #expect(try !rig.heldAddresses(of: consumer).contains(own))
        }
        let error = await #expect(throws: CloudError.self) {
            try await rig.createEndpoint(by: consumer, in: subnet, to: scene.service, disguisedAs: nil)
        }
        #expect(error?.cloudCode == "IP_SPACE_EXHAUSTED")
    }

    @Test func overlappingNetworksHaveTheirOwnAddresses() async throws {
        let scene = try rig.makeScene(SceneWish(consumers: 2))
        _ = try await rig.connect(scene, consumer: 0)
        _ = try await rig.connect(scene, consumer: 1)
        let first = try rig.heldAddresses(of: scene.consumers[0])
        #expect(first == ["10.0.1.2"])
        #expect(try rig.heldAddresses(of: scene.consumers[1]) == first)
    }

    @Test func anAddressOutlivesItsRuleAndNotTheOtherWayRound() async throws {
        let scene = try rig.makeScene(SceneWish())
        let consumer = scene.consumers[0]
        let subnet = consumer.network.subnets[0]
        let address = try rig.native { state throws(CloudError) in
            try state.insertAddress(
                "mine", project: consumer.account.nativeID, subnet: subnet.nativeID, address: nil, label: nil)
        }
        let rule = try rig.native { state throws(CloudError) in
            try state.insertForwardingRule(
                ForwardingRuleWish(
                    name: "mine", project: consumer.account.nativeID, region: scene.region, subnet: subnet.nativeID,
                    target: scene.service.nativeID, address: address, label: nil, globalAccess: false, requestID: nil))
        }
        rig.settle()
        let early = rig.nativeError { state throws(CloudError) in try state.deleteAddress(address) }
        #expect(early?.cloudCode == "resourceInUseByAnotherResource")
        try await rig.deleteEndpoint(rule, by: consumer)
        rig.settle()
        #expect(rig.nativeError { state throws(CloudError) in try state.deleteAddress(address) } == nil)
        #expect(try rig.heldAddresses(of: consumer).isEmpty)
    }

    @Test func selfLinksAndRelativeNamesAreTheSame() async throws {
        let scene = try rig.makeScene(SceneWish())
        let consumer = scene.consumers[0]
        let endpoint = try await rig.cloud.createEndpoint(
            accountNativeID: consumer.account.nativeID, subnetNativeID: consumer.network.subnets[0].nativeID,
            serviceName: "https://www.googleapis.com/compute/v1/\(scene.service.nativeID)")
        rig.settle()
        #expect(try rig.connections(to: scene.service).keys.contains(endpoint))
    }
}
