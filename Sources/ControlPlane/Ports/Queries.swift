public import Connectivity

/// Filters of `StoreReader.accounts`; nil does not filter.
public struct AccountQuery: Hashable, Sendable {
    public var audience: Audience
    public var team: ID<Team>?
    public var provider: CloudProvider?

    public init(audience: Audience, team: ID<Team>? = nil, provider: CloudProvider? = nil) {
        self.audience = audience
        self.team = team
        self.provider = provider
    }
}

/// Filters of `StoreReader.networks`; the audience is that of the network's account.
public struct NetworkQuery: Hashable, Sendable {
    public var audience: Audience
    public var account: ID<CloudAccount>?

    public init(audience: Audience, account: ID<CloudAccount>? = nil) {
        self.audience = audience
        self.account = account
    }
}

/// Filters of `StoreReader.services`. The audience sees what its teams own, what is visible to everyone, and what is
/// visible to one of its teams.
public struct ServiceQuery: Hashable, Sendable {
    public var audience: Audience
    public var team: ID<Team>?
    public var provider: CloudProvider?
    public var phase: PublishedService.Phase?

    public init(
        audience: Audience, team: ID<Team>? = nil, provider: CloudProvider? = nil, phase: PublishedService.Phase? = nil
    ) {
        self.audience = audience
        self.team = team
        self.provider = provider
        self.phase = phase
    }
}

/// Filters of `StoreReader.requests`; the audience is the producer's or the consumer's team.
public struct RequestQuery: Hashable, Sendable {
    public var audience: Audience
    public var state: EndpointRequest.State?
    public var service: ID<PublishedService>?
    /// The producer's or the consumer's team.
    public var team: ID<Team>?
    public var account: ID<CloudAccount>?
    /// Pending requests on whose producer side one of these teams stands, and which this subject has not approved yet:
    /// the inbox.
    public var awaiting: Inbox?

    public struct Inbox: Hashable, Sendable {
        /// nil: an admin's, who decides for every team.
        public var teams: Set<ID<Team>>?
        public var subject: String

        public init(teams: Set<ID<Team>>?, subject: String) {
            self.teams = teams
            self.subject = subject
        }
    }

    public init(
        audience: Audience, state: EndpointRequest.State? = nil, service: ID<PublishedService>? = nil,
        team: ID<Team>? = nil, account: ID<CloudAccount>? = nil, awaiting: Inbox? = nil
    ) {
        self.audience = audience
        self.state = state
        self.service = service
        self.team = team
        self.account = account
        self.awaiting = awaiting
    }
}

/// Filters of `StoreReader.approvals`; the audience is the producer's or the consumer's team.
public struct ApprovalQuery: Hashable, Sendable {
    public var audience: Audience
    public var service: ID<PublishedService>?
    public var verdict: Approval.Verdict?
    /// The producer's or the consumer's team.
    public var team: ID<Team>?

    public init(
        audience: Audience, service: ID<PublishedService>? = nil, verdict: Approval.Verdict? = nil,
        team: ID<Team>? = nil
    ) {
        self.audience = audience
        self.service = service
        self.verdict = verdict
        self.team = team
    }
}

/// Filters of `StoreReader.endpoints`; the audience is the producer's or the consumer's team.
public struct EndpointQuery: Hashable, Sendable {
    public var audience: Audience
    public var phase: Endpoint.Phase?
    public var service: ID<PublishedService>?
    /// The producer's or the consumer's team.
    public var team: ID<Team>?
    public var account: ID<CloudAccount>?

    public init(
        audience: Audience, phase: Endpoint.Phase? = nil, service: ID<PublishedService>? = nil, team: ID<Team>? = nil,
        account: ID<CloudAccount>? = nil
    ) {
        self.audience = audience
        self.phase = phase
        self.service = service
        self.team = team
        self.account = account
    }
}

/// Filters of `StoreReader.events`; the audience is the team that the event is about, or one of its two sides.
public struct EventQuery: Hashable, Sendable {
    public var audience: Audience
    public var kind: Event.Kind?
    public var service: ID<PublishedService>?
    public var request: ID<EndpointRequest>?
    public var endpoint: ID<Endpoint>?
    /// The team that the event is about, or one of its two sides.
    public var team: ID<Team>?

    public init(
        audience: Audience, kind: Event.Kind? = nil, service: ID<PublishedService>? = nil,
        request: ID<EndpointRequest>? = nil, endpoint: ID<Endpoint>? = nil, team: ID<Team>? = nil
    ) {
        self.audience = audience
        self.kind = kind
        self.service = service
        self.request = request
        self.endpoint = endpoint
        self.team = team
    }
}
