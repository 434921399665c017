/// Who is asking: a subject, the teams it belongs to, and its roles.
public struct Caller: Hashable, Sendable {
    public let subject: String
    public let teams: Set<ID<Team>>
    public let roles: Set<AccessToken.Role>

    public init(subject: String, teams: Set<ID<Team>>, roles: Set<AccessToken.Role>) {
        self.subject = subject
        self.teams = teams
        self.roles = roles
    }

    public var isAdmin: Bool { roles.contains(.admin) }
    /// Whether the caller sees things of teams that it does not belong to.
    public var readsEverything: Bool { !roles.isEmpty }

    public func isMember(of team: ID<Team>) -> Bool { teams.contains(team) }
}
