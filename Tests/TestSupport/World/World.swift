public import Connectivity
public import ControlPlane
public import FakeCloud
import Logging

/// A small world with everything in it: a producer and a consumer whose networks both use 10.0.0.0/16, a service, a
/// cloud that is not real, and a control plane over a store. Time stands still until a test moves it.
public struct World: Sendable {
    public let provider: CloudProvider
    public let clock: ManualClock
    public let cloud: FakeCloud
    public let store: any Store
    public let useCases: UseCases
    public let wake = WakeSignal()
    public let producer: Party
    public let consumer: Party
    /// The service's native id in the cloud.
    public let serviceNativeID: String

    /// A team with its account, as it is in the cloud.
    public struct Party: Sendable {
        public let name: ResourceName
        public let accountNativeID: String
        public let networkNativeID: String
        public let subnet: Subnet
        public let second: Subnet
    }

    public init(
        _ provider: CloudProvider, store: any Store = InMemoryStore(), clock: ManualClock = ManualClock(),
        latency: CloudLatency = .none, service settings: FakeServiceSettings = FakeServiceSettings()
    ) throws {
        self.provider = provider
        self.store = store
        self.clock = clock
        cloud = try FakeCloud(environment: clock.environment, latency: latency)
        useCases = UseCases(environment: clock.environment, wake: wake, providers: [.gcp, .aws])
        producer = Party("orders", provider)
        consumer = Party("batch", provider)
        serviceNativeID =
            provider == .gcp
            ? "projects/orders-prod/regions/\(Self.region(provider))/serviceAttachments/orders-api"
            : "vpce-svc-0123456789abcdef0"
        try build(settings)
    }

    public static func region(_ provider: CloudProvider) -> String { provider == .gcp ? "europe-west1" : "eu-west-1" }

    public var region: String { Self.region(provider) }

    /// A load balancer of the producer's, from which services can be made.
    public var loadBalancer: String {
        provider == .gcp
            ? "projects/orders-prod/regions/\(region)/forwardingRules/orders-lb"
            : "arn:aws:elasticloadbalancing:\(region):444455556666:loadbalancer/net/orders/50dc6c495c0c9188"
    }

    public var natSubnet: Subnet? {
        guard provider == .gcp, let range = CIDR("10.0.250.0/24") else { return nil }
        return Subnet(
            name: "psc-nat", nativeID: "projects/orders-prod/regions/\(region)/subnetworks/psc-nat", region: region,
            zone: nil, range: range)
    }

    private func build(_ settings: FakeServiceSettings) throws {
        guard let range = CIDR("10.0.0.0/16") else { throw WorldError("no range") }
        for party in [producer, consumer] {
            try cloud.addAccount(party.accountNativeID, provider: provider)
            try cloud.addNetwork(
                party.networkNativeID, name: "main", in: party.accountNativeID,
                region: provider == .aws ? region : nil, ranges: [range], subnets: [party.subnet, party.second],
                natSubnets: party.name == producer.name ? [natSubnet].compactMap(\.self) : [])
        }
        try cloud.addLoadBalancer(
            loadBalancer, in: producer.accountNativeID, region: region, zones: ["az1", "az2"])
        var settings = settings
        settings.natSubnets = [natSubnet?.nativeID].compactMap(\.self)
        try cloud.addService(
            serviceNativeID, in: producer.accountNativeID, region: region, loadBalancer: loadBalancer,
            settings: settings)
    }

    public struct WorldError: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }
}

extension World.Party {
    fileprivate init(_ team: String, _ provider: CloudProvider) {
        let isProducer = team == "orders"
        guard let name = ResourceName(team), let first = CIDR("10.0.1.0/24"), let second = CIDR("10.0.2.0/28") else {
            preconditionFailure("names and ranges of the world are right")
        }
        self.name = name
        let region = World.region(provider)
        func subnet(_ name: String, _ range: CIDR, _ number: String) -> Subnet {
            switch provider {
            case .gcp:
                Subnet(
                    name: name, nativeID: "projects/\(team)-prod/regions/\(region)/subnetworks/\(name)",
                    region: region, zone: nil, range: range)
            case .aws:
                Subnet(
                    name: name, nativeID: "subnet-\(isProducer ? "a" : "b")\(number)", region: region,
                    zone: "az\(number)", range: range)
            }
        }
        switch provider {
        case .gcp:
            accountNativeID = "\(team)-prod"
            networkNativeID = "projects/\(team)-prod/global/networks/main"
        case .aws:
            accountNativeID = isProducer ? "444455556666" : "111122223333"
            networkNativeID = isProducer ? "vpc-a" : "vpc-b"
        }
        self.subnet = subnet("\(team)-a", first, "1")
        self.second = subnet("\(team)-b", second, "2")
    }
}
