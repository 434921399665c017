/// `compute#serviceAttachment`, as far as Postern reads it.
struct ServiceAttachment: Decodable, Sendable {
    var id: String?
    var name: String
    var selfLink: String?
    var description: String?
    var connectionPreference: String?
    var consumerAcceptLists: [AcceptEntry]?
    var consumerRejectLists: [String]?
    var reconcileConnections: Bool?
    var enableProxyProtocol: Bool?
    var connectedEndpoints: [ConnectedEndpoint]?
    var domainNames: [String]?
    var fingerprint: String?

    struct ConnectedEndpoint: Decodable, Sendable {
        var endpoint: String?
        var endpointWithId: String?
        var status: String?
        var consumerNetwork: String?
    }
}

/// What `serviceAttachments.insert` is told.
struct NewServiceAttachment: Encodable, Sendable {
    let name: String
    let description: String
    let targetService: String
    let natSubnets: [String]
    let enableProxyProtocol: Bool
    let domainNames: [String]?
    let connectionPreference: String
    let reconcileConnections: Bool
}

/// What `serviceAttachments.patch` is told. The list replaces the whole list.
struct AcceptListPatch: Encodable, Sendable {
    /// Does not change, but Google's check of a patch asks for it.
    let name: String
    /// As it was read: Google takes its absence for a wish to turn it off.
    let enableProxyProtocol: Bool
    let fingerprint: String
    let consumerAcceptLists: [AcceptEntry]

    init(of attachment: ServiceAttachment, consumerAcceptLists: [AcceptEntry]) {
        name = attachment.name
        enableProxyProtocol = attachment.enableProxyProtocol ?? false
        fingerprint = attachment.fingerprint ?? ""
        self.consumerAcceptLists = consumerAcceptLists
    }
}

/// `compute#address`.
struct Address: Codable, Sendable {
    var id: String?
    var name: String
    var description: String?
    var address: String?
    var addressType: String?
    var subnetwork: String?
    var labels: [String: String]?
    var labelFingerprint: String?
    /// What stands on it.
    var users: [String]?
}

/// `compute#forwardingRule`.
struct ForwardingRule: Codable, Sendable {
    var id: String?
    var name: String
    var description: String?
    var ipAddress: String?
    var target: String?
    var network: String?
    var allowPscGlobalAccess: Bool?
    var noAutomateDnsZone: Bool?
    var labels: [String: String]?
    var labelFingerprint: String?
    var pscConnectionStatus: String?

    enum CodingKeys: String, CodingKey {
        case id, name, description, target, network, allowPscGlobalAccess, noAutomateDnsZone, labels, labelFingerprint
        case pscConnectionStatus
        case ipAddress = "IPAddress"
    }
}

struct LabelsRequest: Encodable, Sendable {
    let labels: [String: String]
    let labelFingerprint: String?
}

/// `compute#operation`.
struct Operation: Decodable, Sendable {
    var name: String
    var status: String
    var error: Failure?
    var httpErrorStatusCode: Int?

    var isDone: Bool { status == "DONE" }

    struct Failure: Decodable, Sendable {
        var errors: [Detail]?

        struct Detail: Decodable, Sendable {
            var code: String?
            var message: String?
        }
    }
}

/// `compute#network`.
struct VPCNetwork: Decodable, Sendable {
    var name: String
    var selfLink: String
    var peerings: [Peering]?

    struct Peering: Decodable, Sendable {
        var name: String
        var state: String?
    }
}

/// `compute#subnetwork`.
struct Subnetwork: Decodable, Sendable {
    var name: String
    var selfLink: String
    var network: String
    var region: String
    /// Missing where a subnetwork has IPv6 only.
    var ipCidrRange: String?
    var secondaryIpRanges: [SecondaryRange]?
    var purpose: String?

    struct SecondaryRange: Decodable, Sendable {
        var ipCidrRange: String?
    }
}

/// A route that a peered network sends here.
struct PeeringRoute: Decodable, Sendable {
    var destRange: String?
}

/// One page of a list.
struct ListPage<Item: Decodable & Sendable>: Decodable, Sendable {
    var items: [Item]?
    var nextPageToken: String?
}

/// One page of `subnetworks.aggregatedList`: by region, and a region without any says so in a warning.
struct SubnetworkPage: Decodable, Sendable {
    var items: [String: Scope]?
    var nextPageToken: String?

    struct Scope: Decodable, Sendable {
        var subnetworks: [Subnetwork]?
    }
}
