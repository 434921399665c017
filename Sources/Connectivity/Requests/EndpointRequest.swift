/// A consumer team's wish to reach a service from one of its networks, with the reason, and what became of it. Final
/// once decided: a change of mind is a new request or a revocation, so the record always tells who allowed what.
public struct EndpointRequest: Identified, Hashable {
    public static let idPrefix = "req"

    /// How the request came to be.
    public enum Origin: String, CaseIterable, Codable, Sendable {
        /// A member of the consumer team filed it.
        case filed
        /// Postern saw a connection in the cloud that nobody had asked for, and holds it until the owners decide.
        case discovered
    }

    public enum State: String, CaseIterable, Codable, Sendable {
        case pending, approved, rejected, withdrawn, expired
    }

    /// How long the endpoint is to live.
    public enum Lifetime: Hashable, Sendable {
        case untilRevoked
        case until(Timestamp)
        /// Counted from the approval, so that a slow decision costs the consumer nothing.
        case lasting(Duration)

        /// When an endpoint approved at `approval` is to be closed.
        public func end(approvedAt approval: Timestamp) -> Timestamp? {
            switch self {
            case .untilRevoked: nil
            case .until(let end): end
            case .lasting(let duration): approval + duration
            }
        }

        /// How long an endpoint approved at `approval` is to live; nil: without an end.
        public func length(approvedAt approval: Timestamp) -> Duration? { end(approvedAt: approval)?.since(approval) }
    }

    public let id: ID<EndpointRequest>
    public let origin: Origin
    public let serviceID: ID<PublishedService>
    public let producerTeamID: ID<Team>
    public let consumerTeamID: ID<Team>
    public let accountID: ID<CloudAccount>
    /// Where the endpoint is to stand; nil for a discovered connection from a network that Postern does not know.
    public let networkID: ID<Network>?
    /// The subnet's native id.
    public let subnet: String?
    public let mode: Endpoint.Mode
    /// The consumer's own endpoint, where it made one itself: only that one is let in.
    public let nativeEndpointID: String?
    public let requestedAddress: IPv4Address?
    public let options: EndpointOptions
    public let reason: String
    /// The consumer's reference to its own records, such as a change ticket.
    public let ticket: String?
    public let lifetime: Lifetime
    public var state: State
    /// Distinct approvers needed, as the policy stood at filing.
    public let approvalsRequired: Int
    /// What the requester and the owners should know before they decide.
    public let findings: [Finding]
    public let requestedBy: String
    public let createdAt: Timestamp
    /// When it expires if nobody decides.
    public let expiresAt: Timestamp
    public var resolvedAt: Timestamp?
    public var endpointID: ID<Endpoint>?
    public var updatedAt: Timestamp
    public var revision: Int

    public init(
        id: ID<EndpointRequest>, origin: Origin = .filed, serviceID: ID<PublishedService>, producerTeamID: ID<Team>,
        consumerTeamID: ID<Team>, accountID: ID<CloudAccount>, networkID: ID<Network>?, subnet: String?,
        mode: Endpoint.Mode, nativeEndpointID: String?, requestedAddress: IPv4Address?,
        options: EndpointOptions = EndpointOptions(), reason: String, ticket: String?, lifetime: Lifetime,
        state: State = .pending, approvalsRequired: Int, findings: [Finding], requestedBy: String,
        createdAt: Timestamp, expiresAt: Timestamp, resolvedAt: Timestamp? = nil, endpointID: ID<Endpoint>? = nil,
        updatedAt: Timestamp, revision: Int = 1
    ) {
        self.id = id
        self.origin = origin
        self.serviceID = serviceID
        self.producerTeamID = producerTeamID
        self.consumerTeamID = consumerTeamID
        self.accountID = accountID
        self.networkID = networkID
        self.subnet = subnet
        self.mode = mode
        self.nativeEndpointID = nativeEndpointID
        self.requestedAddress = requestedAddress
        self.options = options
        self.reason = reason
        self.ticket = ticket
        self.lifetime = lifetime
        self.state = state
        self.approvalsRequired = approvalsRequired
        self.findings = findings
        self.requestedBy = requestedBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.resolvedAt = resolvedAt
        self.endpointID = endpointID
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
