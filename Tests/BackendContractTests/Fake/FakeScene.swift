import Connectivity
import ControlPlane
import FakeCloud
import TestSupport

/// The scenes of the fake rig: the producer and all consumers use 10.0.0.0/16.
struct FakeScene {
    let provider: CloudProvider
    /// Told apart from other scenes of the same cloud.
    let number: Int

    private var region: String { provider == .gcp ? "europe-west1" : "eu-west-1" }
    private var wholeRange: CIDR { Self.range("10.0.0.0/16") }

    func build(_ wish: SceneWish, in cloud: FakeCloud) throws -> BackendScene {
        let producer = RigAccount(nativeID: account("1"))
        try cloud.addAccount(producer.nativeID, provider: provider)
        try addProducerNetwork(to: producer.nativeID, in: cloud)
        let balancers = try ["orders", "second"].map { name in
            let id = loadBalancer(name, of: producer.nativeID)
            try cloud.addLoadBalancer(id, in: producer.nativeID, region: region, zones: ["euw1-az1", "euw1-az2"])
            return id
        }
        let nativeID =
            switch provider {
            case .gcp: "projects/\(producer.nativeID)/regions/\(region)/serviceAttachments/orders"
            case .aws: "vpce-svc-00000000000000\(100 + number)"
            }
        let serviceName = try cloud.addService(
            nativeID, in: producer.nativeID, region: region, loadBalancer: balancers[0],
            settings: .init(
                acceptsOneByOne: wish.acceptsOneByOne, reconcilesConnections: wish.reconcilesConnections,
                natSubnets: provider == .gcp ? ["nat-a"] : [], domainName: "orders.example.net"))
        return BackendScene(
            region: region, producer: producer,
            service: RigService(account: producer, nativeID: nativeID, serviceName: serviceName),
            blueprint: .init(loadBalancer: balancers[1], natSubnets: provider == .gcp ? ["nat-b"] : []),
            consumers: try (0..<wish.consumers).map { try addConsumer($0, to: cloud) }, hasPrivateDNS: provider == .aws)
    }

    /// Another service of a producer whose scene is set.
    func addSpareService(to producer: RigAccount, in cloud: FakeCloud) throws -> RigService {
        let balancer = loadBalancer("spare", of: producer.nativeID)
        try cloud.addLoadBalancer(balancer, in: producer.nativeID, region: region, zones: ["euw1-az1"])
        let nativeID =
            switch provider {
            case .gcp: "projects/\(producer.nativeID)/regions/\(region)/serviceAttachments/spare"
            case .aws: "vpce-svc-0fedcba987654\(producer.nativeID.suffix(4))"
            }
        let name = try cloud.addService(
            nativeID, in: producer.nativeID, region: region, loadBalancer: balancer,
            settings: .init(natSubnets: provider == .gcp ? ["nat-c"] : []))
        return RigService(account: producer, nativeID: nativeID, serviceName: name)
    }

    private func addProducerNetwork(to producer: String, in cloud: FakeCloud) throws {
        let nats = ["nat-a", "nat-b", "nat-c"].enumerated().map { index, name in
            Subnet(
                name: name, nativeID: "projects/\(producer)/regions/\(region)/subnetworks/\(name)", region: region,
                zone: nil, range: Self.range("10.0.\(200 + index).0/24"))
        }
        try cloud.addNetwork(
            network("prod", of: producer), name: "prod", in: producer, region: provider == .aws ? region : nil,
            ranges: [wholeRange], subnets: [], natSubnets: provider == .gcp ? nats : [])
    }

    private func addConsumer(_ index: Int, to cloud: FakeCloud) throws -> RigConsumer {
        let account = account("\(index + 2)")
        try cloud.addAccount(account, provider: provider)
        let subnets = (0..<3).map { subnet($0, of: account) }
        let shown = provider == .aws ? subnets : Array(subnets[0...1])
        let sighting = NetworkSighting(
            nativeID: network("batch", of: account), name: "batch", region: provider == .aws ? region : nil,
            ranges: [wholeRange], subnets: shown)
        try cloud.addNetwork(
            sighting.nativeID, name: "batch", in: account, region: sighting.region, ranges: sighting.ranges,
            subnets: shown)
        return RigConsumer(
            account: RigAccount(nativeID: account), network: sighting,
            strangeZone: provider == .aws ? subnets[2] : nil,
            securityGroups: provider == .aws ? ["sg-0a1b2c3d4e5f60718"] : [])
    }

    private func subnet(_ index: Int, of account: String) -> Subnet {
        let name = "batch-\(["a", "b", "c"][index])"
        return Subnet(
            name: name,
            nativeID: provider == .gcp
                ? "projects/\(account)/regions/\(region)/subnetworks/\(name)" : "subnet-0000\(account)\(index)",
            region: region, zone: provider == .aws ? "euw1-az\(index + 1)" : nil,
            range: Self.range("10.0.\(index + 1).0/28"))
    }

    private func account(_ role: String) -> String {
        switch provider {
        case .gcp: "scene-\(number)-project-\(role)"
        case .aws: "\(role)\(String(repeating: "0", count: 7))\(1000 + number)"
        }
    }

    private func network(_ name: String, of account: String) -> String {
        provider == .gcp ? "projects/\(account)/global/networks/\(name)" : "vpc-0000\(account)0"
    }

    private func loadBalancer(_ name: String, of account: String) -> String {
        switch provider {
        case .gcp: "projects/\(account)/regions/\(region)/forwardingRules/lb-\(name)"
        case .aws: "arn:aws:elasticloadbalancing:\(region):\(account):loadbalancer/net/\(name)/0123456789abcdef"
        }
    }

    private static func range(_ raw: String) -> CIDR {
        guard let range = CIDR(raw) else { preconditionFailure("\(raw) is a range") }
        return range
    }
}
