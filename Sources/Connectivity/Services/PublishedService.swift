/// A service that a producer team offers to other networks: a service attachment at Google, a VPC endpoint service at
/// AWS, with the policy by which its owners let consumers in.
public struct PublishedService: Identified, Hashable {
    public static let idPrefix = "svc"

    /// Where the cloud's side of the service comes from.
    public enum Origin: Hashable, Sendable {
        /// It exists; Postern looks after its consumers and never deletes it.
        case adopted(nativeID: String)
        /// Postern makes it, and deletes it when withdrawn.
        case published(Blueprint)
    }

    /// What Postern makes a service from.
    public struct Blueprint: Hashable, Codable, Sendable {
        /// A forwarding rule's URI at Google, the ARN of a network or gateway load balancer at AWS.
        public let loadBalancer: String
        /// Google: subnets of purpose PRIVATE_SERVICE_CONNECT, from which consumers' addresses are translated.
        public let natSubnets: [String]
        /// Google: hand the consumer's connection id on to the backend in a PROXY header.
        public let proxyProtocol: Bool
        /// The DNS name that consumers may use: Google's `domainNames`, AWS's `PrivateDnsName`.
        public let domainName: String?
        /// AWS: further regions whose consumers may connect.
        public let supportedRegions: [String]

        public init(
            loadBalancer: String, natSubnets: [String] = [], proxyProtocol: Bool = false, domainName: String? = nil,
            supportedRegions: [String] = []
        ) {
            self.loadBalancer = loadBalancer
            self.natSubnets = natSubnets
            self.proxyProtocol = proxyProtocol
            self.domainName = domainName
            self.supportedRegions = supportedRegions
        }
    }

    /// Who may see that the service exists.
    public enum Visibility: Hashable, Sendable {
        case everyone
        case teams(Set<ID<Team>>)
    }

    public enum Desired: String, CaseIterable, Codable, Sendable {
        case published, withdrawn
    }

    public let id: ID<PublishedService>
    public let name: ResourceName
    public let teamID: ID<Team>
    public let accountID: ID<CloudAccount>
    public let provider: CloudProvider
    public let region: String
    public var description: String?
    public var documentationURL: String?
    public let origin: Origin
    /// The attachment's URI at Google, the `vpce-svc-…` id at AWS; nil until Postern has made it.
    public var nativeID: String?
    /// What a consumer's endpoint points at: the attachment's URI, or `com.amazonaws.vpce.…`.
    public var serviceName: String?
    public var visibility: Visibility
    public var policy: AccessPolicy
    public var desired: Desired
    public var phase: Phase
    /// What the owners should know of the service's settings in the cloud.
    public var warnings: [Finding]
    public var lastError: Fault?
    public var schedule: Schedule
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    public var revision: Int

    public init(
        id: ID<PublishedService>, name: ResourceName, teamID: ID<Team>, accountID: ID<CloudAccount>,
        provider: CloudProvider, region: String, description: String?, documentationURL: String?, origin: Origin,
        nativeID: String? = nil, serviceName: String? = nil, visibility: Visibility, policy: AccessPolicy,
        desired: Desired = .published, phase: Phase = .publishing, warnings: [Finding] = [], lastError: Fault? = nil,
        schedule: Schedule, createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 1
    ) {
        self.id = id
        self.name = name
        self.teamID = teamID
        self.accountID = accountID
        self.provider = provider
        self.region = region
        self.description = description
        self.documentationURL = documentationURL
        self.origin = origin
        self.nativeID = nativeID
        self.serviceName = serviceName
        self.visibility = visibility
        self.policy = policy
        self.desired = desired
        self.phase = phase
        self.warnings = warnings
        self.lastError = lastError
        self.schedule = schedule
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
