import AWSPrivateLink
import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials
import Logging
import TestSupport

/// AWS, as moto and `Tests/Emulators/aws` emulate it. Postern acts by roles that have exactly the documented policies;
/// the rig's own eyes and hands are boto3's, as each account's root.
struct AWSRig: BackendRig {
    /// One process and one connection pool serve all rigs.
    private struct Shared: Sendable {
        let transport: CloudTransport
        let emulator: AWSEmulator
    }

    private static let shared = Result {
        let transport = try CloudTransport()
        return Shared(transport: transport, emulator: try AWSEmulator(transport: transport))
    }

    let provider = CloudProvider.aws
    let emulator: AWSEmulator
    private let transport: CloudTransport
    let environment: [String: String]
    /// The identity that the server runs with.
    private let identity = "arn:aws:iam::\(serverAccount):user/postern"
    private static let serverAccount = "999988887777"

    init() async throws {
        let shared = try Self.shared.get()
        emulator = shared.emulator
        transport = shared.transport
        try await emulator("settings", ["pace": "manual"])
        let keys = try await emulator(
            "user",
            [
                "account": .string(Self.serverAccount), "name": "postern",
                "policies": [try AWSEmulator.policy("postern-identity")],
            ])
        environment = [
            "AWS_ACCESS_KEY_ID": keys["access_key_id"].text ?? "",
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"].text ?? "",
            "AWS_ENDPOINT_URL": emulator.address, "AWS_REGION": AWSEmulator.region,
        ]
    }

    func makeBackend() async throws -> any CloudBackend {
        AWSPrivateLinkBackend(
            settings: try AWSSettings(environment: environment), transport: transport, now: { Timestamp(.now) },
            logger: Logger(label: "test"))
    }

    func makeScene(_ wish: SceneWish) async throws -> BackendScene {
        let producer = try await account(policies: ["producer-role"])
        let name = "\(producer.nativeID).example.com"
        let service = try await emulator.makeService(
            in: producer.nativeID, acceptanceRequired: wish.acceptsOneByOne, privateDNSName: name)
        try await emulator("private_dns_state", ["service": .string(service.id), "state": "verified"])
        var consumers: [RigConsumer] = []
        for _ in 0..<wish.consumers { consumers.append(try await consumer()) }
        return BackendScene(
            region: AWSEmulator.region, producer: producer,
            service: RigService(account: producer, nativeID: service.id, serviceName: service.name),
            blueprint: .init(loadBalancer: try await emulator.makeBalancer(in: producer.nativeID)),
            consumers: consumers, hasPrivateDNS: true)
    }

    private func account(policies: [String]) async throws -> RigAccount {
        try await account(AWSEmulator.freshAccount(), policies: policies)
    }

    func account(_ id: String, policies: [String]) async throws -> RigAccount {
        let role = try await emulator.makeAccount(
            id, policies: policies, trusting: identity, externalID: "contract/\(id)")
        return RigAccount(nativeID: id, access: CloudAccess(identity: role, externalID: "contract/\(id)"))
    }

    private func consumer() async throws -> RigConsumer {
        let account = try await account(policies: ["consumer-role"])
        let network = try await emulator.makeNetwork(in: account.nativeID, zones: "abc", name: "apps")
        let group = try await emulator.boto(
            account.nativeID, "create_security_group",
            ["GroupName": "endpoints", "Description": "For endpoints", "VpcId": .string(network.vpc)])
        let subnets = try network.subnets.enumerated().map { index, subnet in
            guard let range = CIDR(subnet["CidrBlock"].text ?? "") else { throw EmulatorFailure("no range: \(subnet)") }
            let zone = ["a", "b", "c"][index]
            return Subnet(
                name: "apps-\(zone)", nativeID: subnet["SubnetId"].text ?? "", region: AWSEmulator.region,
                zone: subnet["AvailabilityZoneId"].text, range: range)
        }
        let sighting = NetworkSighting(
            nativeID: network.vpc, name: "apps", region: AWSEmulator.region,
            ranges: [CIDR("10.0.0.0/16")].compactMap(\.self), subnets: subnets)
        return RigConsumer(
            account: account, network: sighting, strangeZone: subnets.last,
            securityGroups: [group["GroupId"].text].compactMap(\.self))
    }
}
