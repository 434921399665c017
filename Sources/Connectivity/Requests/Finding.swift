/// Something that Postern noticed and that a person should know before deciding.
public struct Finding: Hashable, Codable, Sendable {
    public enum Code: String, CaseIterable, Codable, Sendable {
        /// Both networks use the same addresses: peering is impossible, an endpoint works.
        case cidrOverlap = "CIDR_OVERLAP"
        /// The ranges of one side are not known.
        case cidrUnknown = "CIDR_UNKNOWN"
        /// The service accepts everybody in the cloud, whatever is decided here.
        case automaticAcceptance = "AUTO_ACCEPT_ON"
        /// Any AWS account may ask for a connection.
        case wildcardPrincipal = "WILDCARD_PRINCIPAL"
        /// Edits of the accept list leave accepted endpoints up.
        case reconcileOff = "RECONCILE_OFF"
        /// One self-managed endpoint of a project cannot be cut without cutting them all.
        case coarseRevocation = "REVOKE_IS_COARSE"
        /// The service's private DNS name is not verified yet: consumers cannot use it.
        case dnsUnverified = "DNS_UNVERIFIED"
        /// A connection that nobody asked for, and that is up while its request waits.
        case connectedAlready = "CONNECTED_ALREADY"
    }

    public enum Severity: String, CaseIterable, Codable, Sendable {
        case info, warn
    }

    public let code: Code
    public let severity: Severity
    public let message: String

    public init(code: Code, severity: Severity, message: String) {
        self.code = code
        self.severity = severity
        self.message = message
    }
}
