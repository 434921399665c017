/// One decision on a request, by a person or by the service's policy. Never changed, never removed.
public struct Approval: Identified, Hashable {
    public static let idPrefix = "apr"

    public enum Verdict: String, CaseIterable, Codable, Sendable {
        case approve, reject
    }

    public enum Origin: String, CaseIterable, Codable, Sendable {
        case person, policy
    }

    public let id: ID<Approval>
    public let requestID: ID<EndpointRequest>
    public let serviceID: ID<PublishedService>
    public let producerTeamID: ID<Team>
    public let consumerTeamID: ID<Team>
    public let verdict: Verdict
    public let reason: String
    /// The subject who decided; for a policy, the rule's name.
    public let decidedBy: String
    public let origin: Origin
    /// Decided by an admin who is not of the owner team.
    public let asAdmin: Bool
    public let createdAt: Timestamp

    public init(
        id: ID<Approval>, requestID: ID<EndpointRequest>, serviceID: ID<PublishedService>, producerTeamID: ID<Team>,
        consumerTeamID: ID<Team>, verdict: Verdict, reason: String, decidedBy: String, origin: Origin, asAdmin: Bool,
        createdAt: Timestamp
    ) {
        self.id = id
        self.requestID = requestID
        self.serviceID = serviceID
        self.producerTeamID = producerTeamID
        self.consumerTeamID = consumerTeamID
        self.verdict = verdict
        self.reason = reason
        self.decidedBy = decidedBy
        self.origin = origin
        self.asAdmin = asAdmin
        self.createdAt = createdAt
    }
}
