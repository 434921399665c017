/// A consumer's private way into a service: an address in its own network. It exists here from the approval on, and
/// the reconciler makes the cloud agree with `desired`.
public struct Endpoint: Identified, Hashable {
    public static let idPrefix = "ep"

    /// Who creates the endpoint in the consumer's network.
    public enum Mode: String, CaseIterable, Codable, Sendable {
        /// Postern does.
        case managed
        /// The consumer does, and Postern lets exactly that one in.
        case selfManaged = "self_managed"
    }

    public enum Desired: String, CaseIterable, Codable, Sendable {
        case present, absent
    }

    /// Why and by whom the endpoint was to be closed.
    public struct Closing: Hashable, Codable, Sendable {
        public enum Kind: String, CaseIterable, Codable, Sendable {
            /// By the producer.
            case revoked
            /// By the consumer.
            case released
            /// Its lifetime ended.
            case expired
            /// Its service was withdrawn.
            case withdrawn
            /// It was there before anybody asked, and the owners rejected it.
            case rejected
        }

        public let kind: Kind
        public let by: String
        public let reason: String
        public let at: Timestamp

        public init(kind: Kind, by: String, reason: String, at: Timestamp) {
            self.kind = kind
            self.by = by
            self.reason = reason
            self.at = at
        }
    }

    /// What the cloud last showed of it.
    public struct Observed: Hashable, Sendable {
        /// The endpoint in the consumer's account; for a self-managed one, the only one that is let in.
        public var nativeID: String?
        public var addresses: [String]
        public var dnsNames: [String]
        public var connectionStatus: Connection.Status?
        /// The cloud's own word, verbatim.
        public var nativeStatus: String?
        /// Whether it has ever carried traffic: what is missing afterwards was deleted, not late.
        public var hasBeenActive: Bool

        public init(
            nativeID: String? = nil, addresses: [String] = [], dnsNames: [String] = [],
            connectionStatus: Connection.Status? = nil, nativeStatus: String? = nil, hasBeenActive: Bool = false
        ) {
            self.nativeID = nativeID
            self.addresses = addresses
            self.dnsNames = dnsNames
            self.connectionStatus = connectionStatus
            self.nativeStatus = nativeStatus
            self.hasBeenActive = hasBeenActive
        }
    }

    public let id: ID<Endpoint>
    public let requestID: ID<EndpointRequest>
    public let serviceID: ID<PublishedService>
    public let producerTeamID: ID<Team>
    public let consumerTeamID: ID<Team>
    public let accountID: ID<CloudAccount>
    public let networkID: ID<Network>?
    /// The subnet's native id.
    public let subnet: String?
    public let mode: Mode
    public let requestedAddress: IPv4Address?
    public let options: EndpointOptions
    public var desired: Desired
    public var phase: Phase
    public var observed: Observed
    /// The cloud call that was last begun, recorded before it was made; nil once its outcome is recorded.
    public var intent: CloudIntent?
    /// Calls that let somebody in or make something, and whose effect has not shown yet: it may come late, even after
    /// the endpoint is not wanted any more.
    public var unseenCalls: Set<CloudAction>
    /// Cloud calls begun so far; numbers the idempotency tokens.
    public var callsBegun: Int
    public var lastError: Fault?
    public var schedule: Schedule
    public var expiresAt: Timestamp?
    public var closing: Closing?
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    public var closedAt: Timestamp?
    public var revision: Int

    public init(
        id: ID<Endpoint>, requestID: ID<EndpointRequest>, serviceID: ID<PublishedService>, producerTeamID: ID<Team>,
        consumerTeamID: ID<Team>, accountID: ID<CloudAccount>, networkID: ID<Network>?, subnet: String?, mode: Mode,
        requestedAddress: IPv4Address?, options: EndpointOptions = EndpointOptions(), desired: Desired = .present,
        phase: Phase = .admitting,
        observed: Observed = .init(), intent: CloudIntent? = nil, unseenCalls: Set<CloudAction> = [],
        callsBegun: Int = 0, lastError: Fault? = nil, schedule: Schedule,
        expiresAt: Timestamp?, closing: Closing? = nil, createdAt: Timestamp, updatedAt: Timestamp,
        closedAt: Timestamp? = nil, revision: Int = 1
    ) {
        self.id = id
        self.requestID = requestID
        self.serviceID = serviceID
        self.producerTeamID = producerTeamID
        self.consumerTeamID = consumerTeamID
        self.accountID = accountID
        self.networkID = networkID
        self.subnet = subnet
        self.mode = mode
        self.requestedAddress = requestedAddress
        self.options = options
        self.desired = desired
        self.phase = phase
        self.observed = observed
        self.intent = intent
        self.unseenCalls = unseenCalls
        self.callsBegun = callsBegun
        self.lastError = lastError
        self.schedule = schedule
        self.expiresAt = expiresAt
        self.closing = closing
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.closedAt = closedAt
        self.revision = revision
    }

    /// Whether its account has to be let in for it now. Google takes an endpoint of anybody, and lets it wait: one that a
    /// consumer makes itself needs room once it is there. AWS shows a service only to who is let in.
    public func needsRoom(at provider: CloudProvider) -> Bool {
        desired == .present && (provider == .aws || isKnownToStand)
    }

    /// Whether what stands under its native id is what was approved: Postern made it, or has seen it where it is to be.
    public var isKnownToStand: Bool { mode == .managed || observed.connectionStatus != nil }
}
