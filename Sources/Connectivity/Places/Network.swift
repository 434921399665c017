/// A VPC network of a cloud account, as last read from the cloud, or as declared by its team where Postern cannot read.
public struct Network: Identified, Hashable {
    public static let idPrefix = "net"

    /// How Postern knows of a network.
    public enum Source: String, CaseIterable, Codable, Sendable {
        case discovered, declared
    }

    public let id: ID<Network>
    public let accountID: ID<CloudAccount>
    /// The network's name in its cloud.
    public var name: String
    /// A VPC network's URL or self link at Google, a `vpc-…` id at AWS.
    public let nativeID: String
    /// AWS networks live in one region; Google's are global and leave it to the subnets.
    public var region: String?
    public var ranges: [CIDR]
    public var subnets: [Subnet]
    public let source: Source
    public var observedAt: Timestamp
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    public var revision: Int

    public init(
        id: ID<Network>, accountID: ID<CloudAccount>, name: String, nativeID: String, region: String?, ranges: [CIDR],
        subnets: [Subnet], source: Source, observedAt: Timestamp, createdAt: Timestamp, updatedAt: Timestamp,
        revision: Int = 1
    ) {
        self.id = id
        self.accountID = accountID
        self.name = name
        self.nativeID = nativeID
        self.region = region
        self.ranges = ranges
        self.subnets = subnets
        self.source = source
        self.observedAt = observedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// The subnet that a client names by its name or by its native id.
    public func subnet(_ reference: String) -> Subnet? {
        subnets.first { $0.nativeID == reference } ?? subnets.first { $0.name == reference }
    }

    /// The first ranges that this network and another have in common: what makes peering of the two impossible.
    public func overlap(with other: Network) -> (CIDR, CIDR)? {
        for range in ranges {
            if let clash = other.ranges.first(where: { range.intersection($0) != nil }) { return (range, clash) }
        }
        return nil
    }
}

/// A subnet of a network, in which an endpoint gets its address.
public struct Subnet: Hashable, Codable, Sendable {
    public let name: String
    public let nativeID: String
    public let region: String
    /// The availability zone id at AWS (names differ by account); Google's subnets span a region.
    public let zone: String?
    public let range: CIDR

    public init(name: String, nativeID: String, region: String, zone: String?, range: CIDR) {
        self.name = name
        self.nativeID = nativeID
        self.region = region
        self.zone = zone
        self.range = range
    }
}
