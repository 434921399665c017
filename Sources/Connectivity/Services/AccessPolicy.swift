/// Whom a list names: whole teams, or single cloud accounts.
public struct ConsumerList: Hashable, Codable, Sendable {
    public var teams: Set<ID<Team>>
    public var accounts: Set<ID<CloudAccount>>

    public init(teams: Set<ID<Team>> = [], accounts: Set<ID<CloudAccount>> = []) {
        self.teams = teams
        self.accounts = accounts
    }

    public func names(team: ID<Team>, account: ID<CloudAccount>) -> Bool {
        teams.contains(team) || accounts.contains(account)
    }
}

/// How the owners of a service want requests for it decided.
public struct AccessPolicy: Hashable, Codable, Sendable {
    /// Consumers let in at once, without a person.
    public var acceptList: ConsumerList
    /// Consumers refused at once. Stands above the accept list.
    public var denyList: ConsumerList
    /// Distinct people who have to approve, 1 to 5.
    public var approvalsRequired: Int
    /// Whether a requester who is also an owner may approve their own request.
    public var allowsSelfApproval: Bool
    /// The longest life of an endpoint; nil: no limit.
    public var maximumLifetime: Duration?
    /// How long a request waits for its decision before it expires.
    public var requestTTL: Duration
    public var minimumReasonLength: Int
    /// Whether an endpoint that somebody deleted in the cloud is made again, or shown as `attention`.
    public var recreatesDeletedEndpoints: Bool

    public static let approvalsRange = 1...5
    public static let requestTTLRange: ClosedRange<Duration> = .seconds(3600) ... .seconds(90 * 86_400)
    public static let minimumReasonLengthRange = 1...500
    public static let shortestMaximumLifetime: Duration = .seconds(3600)

    public init(
        acceptList: ConsumerList = .init(), denyList: ConsumerList = .init(), approvalsRequired: Int = 1,
        allowsSelfApproval: Bool = false, maximumLifetime: Duration? = nil,
        requestTTL: Duration = .seconds(14 * 86_400),
        minimumReasonLength: Int = 10, recreatesDeletedEndpoints: Bool = true
    ) {
        self.acceptList = acceptList
        self.denyList = denyList
        self.approvalsRequired = approvalsRequired
        self.allowsSelfApproval = allowsSelfApproval
        self.maximumLifetime = maximumLifetime
        self.requestTTL = requestTTL
        self.minimumReasonLength = minimumReasonLength
        self.recreatesDeletedEndpoints = recreatesDeletedEndpoints
    }

    /// The longest life of an endpoint, if one approved at `approval` would outlive it.
    public func limitExceeded(by lifetime: EndpointRequest.Lifetime, approvedAt approval: Timestamp) -> Duration? {
        guard let maximumLifetime else { return nil }
        guard let length = lifetime.length(approvedAt: approval), length <= maximumLifetime else {
            return maximumLifetime
        }
        return nil
    }

    /// What the policy says of a new request.
    public enum Ruling: Hashable, Sendable {
        case approve(reason: String)
        case reject(reason: String)
        /// People decide.
        case ask(approvals: Int)
    }

    public func ruling(onTeam team: ID<Team>, account: ID<CloudAccount>) -> Ruling {
        if denyList.names(team: team, account: account) {
            return .reject(reason: "The service's deny list names this consumer.")
        }
        if acceptList.names(team: team, account: account) {
            return .approve(reason: "The service's accept list names this consumer.")
        }
        return .ask(approvals: approvalsRequired)
    }
}
