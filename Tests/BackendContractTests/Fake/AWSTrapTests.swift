import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import FakeCloud

/// What PrivateLink does that a client may not expect.
@Suite struct AWSTrapTests {
    private let rig: FakeRig
    private let scene: BackendScene
    private var consumer: RigConsumer { scene.consumers[0] }
    private var serviceID: String { scene.service.nativeID }

    init() throws {
        rig = try FakeRig(provider: .aws)
        scene = try rig.makeScene(SceneWish())
    }

    private func wish(_ subnet: Int = 0) -> VPCEndpointWish {
        VPCEndpointWish(
            account: consumer.account.nativeID, subnets: [consumer.network.subnets[subnet].nativeID],
            serviceName: scene.service.serviceName)
    }

    private func create(_ wish: VPCEndpointWish) throws(CloudError) -> String {
        try rig.native { state throws(CloudError) in try state.createVPCEndpoint(wish) }
    }

    private func accept(_ ids: String...) throws -> [UnsuccessfulItem] {
        try rig.native { state throws(CloudError) in try state.acceptConnections(of: serviceID, ids) }
    }

    @Test func aServiceDoesNotShowToWhoIsNotAllowed() throws {
        let error = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(wish()) }
        #expect(error?.cloudCode == "InvalidServiceName")
        #expect(error?.cloudRequestID?.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }

    @Test func theProducerSeesAnEndpointLate() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let id = try create(wish())
        #expect(try rig.status(of: id) == "pendingAcceptance")
        #expect(try rig.connections(to: scene.service).isEmpty)
        let early = try accept(id)
        #expect(early.map(\.error.cloudCode) == ["InvalidVpcEndpointId.NotFound"])
        rig.settle()
        #expect(try rig.connections(to: scene.service) == [id: "pendingAcceptance"])
        #expect(try accept(id).isEmpty)
    }

    @Test func acceptingSucceedsAsACallWhateverBecomesOfTheItems() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let id = try create(wish())
        rig.settle()
        let unsuccessful = try accept("vpce-0123456789abcdef0", id)
        #expect(unsuccessful.map(\.resourceID) == ["vpce-0123456789abcdef0"])
        #expect(try accept(id).map(\.error.cloudCode) == ["InvalidState"])
    }

    @Test func anAcceptedConnectionIsPendingBeforeItIsAvailable() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let id = try create(wish())
        rig.settle()
        _ = try accept(id)
        #expect(try rig.status(of: id) == "pending")
        rig.settle()
        #expect(try rig.status(of: id) == "available")
    }

    @Test func oneClientTokenMakesOneEndpoint() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        var (first, other) = (wish(), wish(1))
        first.clientToken = "once"
        other.clientToken = "once"
        let id = try create(first)
        #expect(try create(first) == id)
        let error = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(other) }
        #expect(error?.cloudCode == "IdempotentParameterMismatch")
        #expect(try rig.endpoints(of: consumer).count == 1)
    }

    @Test func privateDNSIsRefusedBeforeAcceptance() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        var eager = wish()
        eager.privateDNS = true
        let error = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(eager) }
        #expect(error?.cloudCode == "InvalidParameter")
        #expect(error?.message.contains("after the endpoint connection is accepted") == true)
        let id = try create(wish())
        let account = consumer.account.nativeID
        let enable = {
            rig.nativeError { state throws(CloudError) in try state.enablePrivateDNS(of: id, account: account) }
        }
        #expect(enable()?.cloudCode == "InvalidParameter")
        rig.settle()
        _ = try accept(id)
        #expect(enable() == nil)
    }

    @Test func privateDNSIsRefusedUntilTheNameIsVerified() throws {
        let balancer = scene.blueprint.loadBalancer
        let name = try rig.cloud.addService(
            "vpce-svc-0000000000000000a", in: scene.producer.nativeID, region: scene.region, loadBalancer: balancer,
            settings: .init(acceptsOneByOne: false, domainName: "late.example.net", isDomainVerified: false))
        try rig.cloud.admit(consumer.account.nativeID, limit: 1, to: "vpce-svc-0000000000000000a")
        let wish = VPCEndpointWish(
            account: consumer.account.nativeID, subnets: [consumer.network.subnets[0].nativeID], serviceName: name,
            privateDNS: true)
        let error = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(wish) }
        #expect(error?.message.contains("not verified") == true)
    }

    @Test func zonesHaveToMatchAndBeDifferent() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let strange = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(wish(2)) }
        #expect(strange?.cloudCode == "InvalidParameter")
        let first = consumer.network.subnets[0].nativeID
        let twice = VPCEndpointWish(
            account: consumer.account.nativeID, subnets: [first, first], serviceName: scene.service.serviceName)
        let doubled = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(twice) }
        #expect(doubled?.cloudCode == "DuplicateSubnetsInSameZone")
        #expect(try rig.heldAddresses(of: consumer).isEmpty)
    }

    @Test func fiveAddressesOfASubnetAreAmazonsOwn() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        for _ in 0..<11 { _ = try create(wish()) }
        let held = try rig.heldAddresses(of: consumer)
        #expect(held == Set((4...14).map { "10.0.1.\($0)" }))
        let error = rig.nativeError { state throws(CloudError) in _ = try state.createVPCEndpoint(wish()) }
        #expect(error?.cloudCode == "InsufficientFreeAddressesInSubnet")
    }

    @Test func aServiceWithConnectionsIsNotDeleted() throws {
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let id = try create(wish())
        rig.settle()
        let refused = try rig.native { state in state.deleteEndpointService(serviceID) }
        #expect(refused.map(\.error.cloudCode) == ["ExistingVpcEndpointConnections"])
        _ = try rig.native { state throws(CloudError) in try state.rejectConnections(of: serviceID, [id]) }
        #expect(try rig.native { state in state.deleteEndpointService(serviceID) }.isEmpty)
        rig.settle()
        #expect(try rig.services(of: scene.producer).isEmpty)
    }

    @Test(arguments: [("Available", EC2EndpointState.available), ("pendingAcceptance", .pendingAcceptance)])
    func statesAreReadInAnyCase(wire: String, state: EC2EndpointState) {
        #expect(EC2EndpointState(wire: wire) == state)
        #expect(EC2EndpointState(wire: "Quarantined") == nil)
    }

    @Test(arguments: [
        ("failed", Connection.Status.closed), ("expired", .closed), ("partial", .needsAttention),
        ("Rejected", .rejected),
        ("novel", .unknown),
    ])
    func rareStatesAreTold(native: String, status: Connection.Status) async throws {
        let producer = try #require(await rig.cloud.inventory().services.first)
        try rig.admit(consumer.account.nativeID, limit: 1, to: scene.service)
        let id = try create(wish())
        rig.settle()
        try rig.cloud.show(nativeStatus: native, ofEndpoint: id, because: "the subnet was lost")
        let seen = await rig.cloud.inventory().services.first { $0.nativeID == producer.nativeID }
        #expect(seen?.connections.map(\.status) == [status])
        #expect(seen?.connections.map(\.nativeStatus) == [native])
    }
}
