/// What a consumer may choose about a managed endpoint beyond its subnet. Each belongs to one cloud.
public struct EndpointOptions: Hashable, Codable, Sendable {
    /// The IP versions that an endpoint's network interfaces have addresses of.
    public enum IPAddressType: String, CaseIterable, Codable, Sendable {
        case ipv4
        case dualStack = "dualstack"
        case ipv6
    }

    /// AWS: native ids of further subnets of the same network, each in another zone, that get an address too.
    public var additionalSubnets: [String]
    /// AWS: `sg-…` ids put on the endpoint's network interfaces; empty: the VPC's default group.
    public var securityGroups: [String]
    /// AWS: answer the service's private DNS name inside the VPC, once the connection is accepted.
    public var privateDNS: Bool
    /// AWS: nil leaves it to the cloud, which goes by the subnets.
    public var ipAddressType: IPAddressType?
    /// Google: let clients in other regions of the network reach the endpoint (`allowPscGlobalAccess`).
    public var globalAccess: Bool

    public init(
        additionalSubnets: [String] = [], securityGroups: [String] = [], privateDNS: Bool = false,
        ipAddressType: IPAddressType? = nil, globalAccess: Bool = false
    ) {
        self.additionalSubnets = additionalSubnets
        self.securityGroups = securityGroups
        self.privateDNS = privateDNS
        self.ipAddressType = ipAddressType
        self.globalAccess = globalAccess
    }

    /// The names, as in the API, of the options that are set and that `provider` does not have.
    public func strangers(to provider: CloudProvider) -> [String] {
        switch provider {
        case .gcp: set.filter { $0 != "global_access" }
        case .aws: set.filter { $0 == "global_access" }
        }
    }

    /// The names, as in the API, of the options that are set.
    public var set: [String] {
        var names: [String] = []
        if !additionalSubnets.isEmpty { names.append("additional_subnets") }
        if !securityGroups.isEmpty { names.append("security_groups") }
        if privateDNS { names.append("private_dns") }
        if ipAddressType != nil { names.append("ip_address_type") }
        if globalAccess { names.append("global_access") }
        return names
    }
}
