/// How the clouds name their things. Google takes several spellings of one name; what Postern keeps and compares is the
/// one from `projects/` on.
extension CloudProvider {
    /// The spelling of a native id or name that Postern keeps.
    public func canonical(_ raw: String) -> String {
        guard self == .gcp, raw.hasPrefix("https://") || raw.hasPrefix("//") else { return raw }
        let parts = raw.split(separator: "/", omittingEmptySubsequences: true)
        guard let project = parts.firstIndex(of: "projects") else { return raw }
        return parts[project...].joined(separator: "/")
    }

    /// Why `canonical` cannot be the endpoint that a consumer made itself, or nil if it can.
    public func objection(toEndpoint canonical: String) -> String? {
        switch self {
        case .aws:
            let isEndpoint = canonical.hasPrefix("vpce-") && canonical.utf8.count > 5 && !canonical.contains("/")
            return isEndpoint ? nil : "is not the id of a VPC endpoint, such as vpce-0123456789abcdef0"
        case .gcp:
            let parts = canonical.split(separator: "/", omittingEmptySubsequences: false)
            let isRule =
                parts.count == 6 && parts[0] == "projects" && parts[2] == "regions" && parts[4] == "forwardingRules"
                && !parts[1].isEmpty && !parts[3].isEmpty
            // The same rule also has a number; connections are told by the name.
            let isNamed = parts.last.map { ResourceName($0) != nil } ?? false
            return isRule && isNamed
                ? nil
                : "is not the name of a forwarding rule, such as projects/acme/regions/europe-west1/forwardingRules/orders"
        }
    }
}
