/// A bearer token's record. The secret itself is never kept: only its SHA-256.
public struct AccessToken: Identified, Hashable {
    public static let idPrefix = "tok"

    /// What a caller may do beyond its teams.
    public enum Role: String, CaseIterable, Codable, Sendable {
        /// Does everything.
        case admin
        /// Reads everything, changes nothing by that right.
        case auditor
    }

    public let id: ID<AccessToken>
    /// Who acts by this token: a person's or a machine's name, as the event log shows it.
    public let subject: String
    public let teams: Set<ID<Team>>
    public let roles: Set<Role>
    public let description: String?
    /// Lower-case hexadecimal SHA-256 of the secret.
    public let digest: String
    public let createdAt: Timestamp
    public let createdBy: String
    public let expiresAt: Timestamp?
    public var lastUsedAt: Timestamp?
    public var revokedAt: Timestamp?
    public var revision: Int

    public init(
        id: ID<AccessToken>, subject: String, teams: Set<ID<Team>>, roles: Set<Role>, description: String?,
        digest: String, createdAt: Timestamp, createdBy: String, expiresAt: Timestamp?, lastUsedAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil, revision: Int = 1
    ) {
        self.id = id
        self.subject = subject
        self.teams = teams
        self.roles = roles
        self.description = description
        self.digest = digest
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
        self.revision = revision
    }

    /// Why the token is no good at `instant`, or nil if it is.
    public func objection(at instant: Timestamp) -> Objection? {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= instant { return .expired }
        return nil
    }

    public enum Objection: String, CaseIterable, Sendable {
        case revoked, expired
    }
}
