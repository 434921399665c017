import Connectivity

/// A producer's service at AWS.
struct EndpointService: Codable, Sendable {
    /// `vpce-svc-…`
    let serviceID: String
    /// `com.amazonaws.vpce.<region>.vpce-svc-…`
    let serviceName: String
    let accountNativeID: String
    let region: String
    /// The service of ours whose tag it carries.
    let label: String?
    let loadBalancer: String
    /// Ids of the availability zones it answers in.
    let zones: Set<String>
    let supportedRegions: Set<String>
    let privateDNSName: String?
    var isPrivateDNSVerified: Bool
    var acceptanceRequired: Bool
    /// ARNs that may see it and connect; `*` is everybody.
    var principals: Set<String>
    var history: StatusHistory
    let token: String?

    static func principal(of account: String) -> String { "arn:aws:iam::\(account):root" }

    /// Whether the list lets this account's root, role or user in.
    func allows(_ account: String) -> Bool {
        principals.contains("*") || principals.contains { Self.account(of: $0) == account }
    }

    /// The account that a principal belongs to.
    static func account(of principal: String) -> String? {
        let parts = principal.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 ? String(parts[4]) : nil
    }
}
