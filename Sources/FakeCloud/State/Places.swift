import Connectivity

/// A Google project or an AWS account.
struct FakeAccount: Codable, Sendable {
    let nativeID: String
    let provider: CloudProvider
    /// Google: the project ids that an organisation policy (`compute.restrictPrivateServiceConnectConsumer`) lets
    /// connect to this project's services; nil: no policy.
    var consumersByPolicy: Set<String>?
    /// Whether Postern has lost its permissions in it; nil: it never has.
    var isBarred: Bool?
}

struct FakeNetwork: Codable, Sendable {
    let nativeID: String
    let accountNativeID: String
    let provider: CloudProvider
    let name: String
    /// nil at Google, whose networks are global.
    let region: String?
    var ranges: [CIDR]
    var subnets: [Subnet]
    /// Google: subnets of purpose PRIVATE_SERVICE_CONNECT. No endpoint can stand in them.
    var natSubnets: [Subnet]
}

struct FakeLoadBalancer: Codable, Sendable {
    /// A forwarding rule's URI, or the ARN of a network load balancer.
    let nativeID: String
    let accountNativeID: String
    let region: String
    /// AWS: ids of the availability zones it answers in.
    let zones: Set<String>
}

/// An address of a subnet that is taken: reserved at Google, or used by some other network interface.
struct HeldAddress: Codable, Sendable {
    /// A Google address resource's URI, or an `eni-…` id.
    let nativeID: String
    let accountNativeID: String
    let subnetNativeID: String
    let address: String
    /// The endpoint of ours whose label it carries.
    let label: String?
}
