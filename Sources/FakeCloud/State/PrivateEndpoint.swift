import Connectivity
import ControlPlane

/// A consumer's endpoint: a forwarding rule at Google, an interface VPC endpoint at AWS. Its status is the one word that
/// both sides see.
struct PrivateEndpoint: Codable, Sendable {
    let nativeID: String
    /// Ids that name its connection: `pscConnectionId`, `vpce-conn`.
    let connectionID: String
    /// In the order of their making.
    let sequence: Int
    let provider: CloudProvider
    let accountNativeID: String
    let networkNativeID: String
    let region: String
    /// Its address in each of its subnets, by the subnet's native id.
    let addresses: [String: String]
    let serviceNativeID: String
    let serviceName: String
    let dnsNames: [String]
    /// The endpoint of ours whose label or tag it carries.
    let label: String?
    /// The idempotency token of its making, with what was asked for.
    let token: String?
    let wish: String
    let securityGroups: [String]
    let hasGlobalAccess: Bool
    /// AWS: until then `DescribeVpcEndpointConnections` does not tell of it.
    let visibleToProducerFrom: Timestamp
    var hasPrivateDNS: Bool
    var failureReason: String?
    var history: StatusHistory
    /// AWS: whether its service's owner ever accepted it.
    var wasAccepted: Bool

    /// The status that is shown now; nil if it is not there yet, or not there any more.
    func status(at now: Timestamp) -> String? {
        if case .shown(let status) = history.sight(at: now) { status } else { nil }
    }

    /// Whether it is gone, or on its way out.
    var isLeaving: Bool { history.final == nil }
}
