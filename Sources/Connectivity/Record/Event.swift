/// Something that happened, and who did it. The log only grows.
public struct Event: Identified, Hashable {
    public static let idPrefix = "evt"

    public enum Kind: String, CaseIterable, Codable, Sendable {
        case teamCreated = "team.created"
        case teamChanged = "team.changed"
        case tokenCreated = "token.created"
        case tokenRevoked = "token.revoked"
        case accountRegistered = "cloud_account.registered"
        case accountChanged = "cloud_account.changed"
        case networkDeclared = "network.declared"
        case networkDiscovered = "network.discovered"
        case networkChanged = "network.changed"
        case networkRemoved = "network.removed"
        case servicePublished = "service.published"
        case serviceChanged = "service.changed"
        case serviceWithdrawn = "service.withdrawn"
        case serviceMoved = "service.phase_changed"
        case connectionDiscovered = "connection.discovered"
        case requestFiled = "endpoint_request.filed"
        case requestDiscovered = "endpoint_request.discovered"
        case requestApproved = "endpoint_request.approved"
        case requestRejected = "endpoint_request.rejected"
        case requestWithdrawn = "endpoint_request.withdrawn"
        case requestExpired = "endpoint_request.expired"
        case approvalGiven = "approval.given"
        case endpointCreated = "endpoint.created"
        case endpointIdentified = "endpoint.identified"
        case endpointClosing = "endpoint.closing_requested"
        case endpointRetried = "endpoint.retry_requested"
        case endpointStepTaken = "endpoint.step_taken"
        case endpointDriftSeen = "endpoint.drift_seen"
        case endpointMoved = "endpoint.phase_changed"
        case auditorRead = "auditor.read"
    }

    public struct Actor: Hashable, Sendable {
        public enum Kind: String, CaseIterable, Codable, Sendable {
            case user, policy, system
        }

        public let kind: Kind
        /// A token's subject, a rule's name, or the part of Postern that acted.
        public let subject: String

        public init(kind: Kind, subject: String) {
            self.kind = kind
            self.subject = subject
        }

        public static let reconciler = Actor(kind: .system, subject: "reconciler")
        public static let policy = Actor(kind: .policy, subject: "service policy")
        /// Somebody at the server's own machine.
        public static let serverOperator = Actor(kind: .system, subject: "operator")
    }

    /// What the event is about; each that applies is set.
    public struct Subjects: Hashable, Sendable {
        public var teamID: ID<Team>?
        public var tokenID: ID<AccessToken>?
        public var accountID: ID<CloudAccount>?
        public var networkID: ID<Network>?
        public var serviceID: ID<PublishedService>?
        public var requestID: ID<EndpointRequest>?
        public var endpointID: ID<Endpoint>?
        /// The teams that may see the event.
        public var producerTeamID: ID<Team>?
        public var consumerTeamID: ID<Team>?

        public init(
            teamID: ID<Team>? = nil, tokenID: ID<AccessToken>? = nil, accountID: ID<CloudAccount>? = nil,
            networkID: ID<Network>? = nil, serviceID: ID<PublishedService>? = nil,
            requestID: ID<EndpointRequest>? = nil, endpointID: ID<Endpoint>? = nil, producerTeamID: ID<Team>? = nil,
            consumerTeamID: ID<Team>? = nil
        ) {
            self.teamID = teamID
            self.tokenID = tokenID
            self.accountID = accountID
            self.networkID = networkID
            self.serviceID = serviceID
            self.requestID = requestID
            self.endpointID = endpointID
            self.producerTeamID = producerTeamID
            self.consumerTeamID = consumerTeamID
        }
    }

    public let id: ID<Event>
    /// The event's place in the log, counted from 1 without gaps; given by the store.
    public let sequence: Int
    public let kind: Kind
    public let at: Timestamp
    public let actor: Actor
    /// The `Request-Id` of the HTTP request that caused it.
    public let httpRequestID: String?
    public let subjects: Subjects
    public let detail: [String: String]
    /// The hash of the event before it.
    public let previousHash: String
    /// Lower-case hexadecimal SHA-256 of the event's canonical text.
    public let hash: String

    /// - Parameter digest: lower-case hexadecimal SHA-256.
    public init(
        id: ID<Event>, sequence: Int, kind: Kind, at: Timestamp, actor: Actor, httpRequestID: String?,
        subjects: Subjects, detail: [String: String], previousHash: String, digest: (String) -> String
    ) {
        let unsealed = Event(
            id: id, sequence: sequence, kind: kind, at: at, actor: actor, httpRequestID: httpRequestID,
            subjects: subjects, detail: detail, previousHash: previousHash, hash: "")
        self = Event(
            id: id, sequence: sequence, kind: kind, at: at, actor: actor, httpRequestID: httpRequestID,
            subjects: subjects, detail: detail, previousHash: previousHash, hash: digest(unsealed.canonicalText))
    }

    /// An event as it was kept.
    public init(
        id: ID<Event>, sequence: Int, kind: Kind, at: Timestamp, actor: Actor, httpRequestID: String?,
        subjects: Subjects, detail: [String: String], previousHash: String, hash: String
    ) {
        self.id = id
        self.sequence = sequence
        self.kind = kind
        self.at = at
        self.actor = actor
        self.httpRequestID = httpRequestID
        self.subjects = subjects
        self.detail = detail
        self.previousHash = previousHash
        self.hash = hash
    }
}
