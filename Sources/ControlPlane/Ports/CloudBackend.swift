public import Connectivity

/// One cloud, as far as private endpoints go. Every `ensure…` is idempotent: it finds what an earlier call made (names
/// and labels derive from the endpoint's or service's id) and never makes a second; two callers at once get one.
/// Nothing is deleted that does not carry our label with the id in question. All throw `CloudError`.
public protocol CloudBackend: Sendable {
    /// The account's networks with their subnets and ranges, as they are now.
    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting]

    /// The service with all its connections; nil if it does not exist.
    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation?

    /// Makes the service from its load balancer, accepting consumers one by one, or finds the one made before.
    func ensurePublished(_ target: ServiceTarget) async throws(CloudError)

    /// Removes a service that Postern made. One that is gone already, or that Postern did not make, is left alone.
    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError)

    /// Both sides of one endpoint, as they are now. Where the consumer's account cannot be read, the observation says why,
    /// and all that the producer's side shows.
    /// - Throws: what keeps the producer's side from being read.
    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation

    /// Lets the consumer's account in, with room for at least `limit` connections. Never lowers a limit.
    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError)

    /// Takes back room: leaves the account `remaining` connections, and removes it from the list at 0. Never touches
    /// entries of others.
    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError)

    /// Makes the endpoint in the consumer's subnet, at the requested address if there is one, labelled with our id; or
    /// finds the one made before. May return while the cloud is still at work.
    /// - Parameter token: the same for every repeat of the same wish.
    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError)

    /// Accepts exactly the connection of this native id and owner account. Accepting an accepted one succeeds.
    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError)

    /// Cuts the connection on the producer's side. Rejecting a rejected or missing one succeeds.
    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError)

    /// Removes the endpoint and its address from the consumer's network. One that is gone already, or that does not
    /// carry our label, is left alone. May return while the cloud is still at work.
    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError)
}

/// A service with the account it lives in.
public struct ServiceTarget: Hashable, Sendable {
    public let service: PublishedService
    public let account: CloudAccount

    public init(service: PublishedService, account: CloudAccount) {
        self.service = service
        self.account = account
    }
}

/// An endpoint with everything about both of its sides.
public struct EndpointTarget: Hashable, Sendable {
    public let endpoint: Endpoint
    public let service: PublishedService
    public let producer: CloudAccount
    public let consumer: CloudAccount
    public let network: Network?
    public let subnet: Subnet?
    /// The endpoint's further subnets, each in another zone.
    public let additionalSubnets: [Subnet]
    /// Native ids of all wanted endpoints of this account on this service: nobody requested others, or not there.
    public let wantedNativeIDs: Set<String>

    public init(
        endpoint: Endpoint, service: PublishedService, producer: CloudAccount, consumer: CloudAccount,
        network: Network?, subnet: Subnet?, additionalSubnets: [Subnet] = [], wantedNativeIDs: Set<String>
    ) {
        self.endpoint = endpoint
        self.service = service
        self.producer = producer
        self.consumer = consumer
        self.network = network
        self.subnet = subnet
        self.additionalSubnets = additionalSubnets
        self.wantedNativeIDs = wantedNativeIDs
    }
}

/// A network as the cloud shows it.
public struct NetworkSighting: Hashable, Sendable {
    public let nativeID: String
    public let name: String
    public let region: String?
    public let ranges: [CIDR]
    public let subnets: [Subnet]

    public init(nativeID: String, name: String, region: String?, ranges: [CIDR], subnets: [Subnet]) {
        self.nativeID = nativeID
        self.name = name
        self.region = region
        self.ranges = ranges
        self.subnets = subnets
    }
}

/// Why a cloud call failed, and whether a repeat may succeed.
public struct CloudError: Error, Hashable {
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// Too many calls: repeat later.
        case throttled
        /// No answer, or a fault of the cloud's: repeat, the effect may have happened.
        case unavailable
        /// The identity lacks a permission.
        case denied
        /// The cloud will never do this as asked.
        case invalid
        /// Something else holds what was asked for (an address, a name, a quota).
        case conflict
        /// Something that the call needs does not exist.
        case notFound = "not_found"
    }

    public let kind: Kind
    /// The cloud's own code, verbatim.
    public let cloudCode: String?
    /// In the cloud's words, redacted of secrets.
    public let message: String
    public let cloudRequestID: String?
    /// How long the cloud asked to be left alone.
    public let retryAfter: Duration?
    /// On whose side the remedy lies, where the backend can tell; nil: where the failed action was to be done.
    public private(set) var side: Fault.Side?
    /// What a person has to change, where the backend can tell; nil: the kind tells it.
    public let remedy: String?

    public init(
        kind: Kind, cloudCode: String? = nil, message: String, cloudRequestID: String? = nil,
        retryAfter: Duration? = nil, side: Fault.Side? = nil, remedy: String? = nil
    ) {
        self.kind = kind
        self.cloudCode = cloudCode
        self.message = message
        self.cloudRequestID = cloudRequestID
        self.retryAfter = retryAfter
        self.side = side
        self.remedy = remedy
    }

    /// The same error, on this side if it is on none yet.
    public func on(_ side: Fault.Side?) -> CloudError {
        var error = self
        error.side = error.side ?? side
        return error
    }

    public var isRetryable: Bool {
        switch kind {
        case .throttled, .unavailable: true
        case .denied, .invalid, .conflict, .notFound: false
        }
    }

    /// Whether the call may have been done all the same.
    var mayHaveHadEffect: Bool { kind == .unavailable }

    /// The same, for the person who has to act.
    /// - Parameter side: where the failed action was to be done.
    public func fault(side: Fault.Side, at instant: Timestamp) -> Fault {
        let side = self.side ?? side
        let account =
            switch side {
            case .producer: "the producer's account"
            case .consumer: "the consumer's account"
            case .postern: "the account that the server runs in"
            }
        let usual =
            switch kind {
            case .throttled: "Nothing: the cloud asked to slow down, and Postern tries again."
            case .unavailable: "Nothing at first: Postern tries again. If it lasts, look at the cloud's status page."
            case .denied where side == .postern:
                "Correct the credentials that the Postern server itself runs with, then retry."
            case .denied: "Give Postern's identity the missing permission in \(account), then retry."
            case .invalid: "Change what the message names, then retry; or file a new request."
            case .conflict: "Free what the message names in \(account), then retry."
            case .notFound: "Restore what the message names in \(account), then retry."
            }
        return Fault(
            code: kind.rawValue, side: side, message: message, remedy: remedy ?? usual, isRetryable: isRetryable,
            cloudCode: cloudCode, cloudRequestID: cloudRequestID, at: instant)
    }

    /// The same, where it kept the consumer's side from being looked at.
    public func hindrance(at instant: Timestamp) -> Hindrance {
        Hindrance(fault(side: .consumer, at: instant), retryAfter: retryAfter)
    }
}
