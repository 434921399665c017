public import Connectivity

/// Bearer tokens: who may call, as whom. Secrets stay outside: only their digests come here.
public struct Tokens: Sendable {
    let environment: Environment
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment) { self.environment = environment }

    /// A token to be made.
    public struct Issue: Sendable {
        public let subject: String
        public let teams: [Reference<Team>]
        public let roles: Set<AccessToken.Role>
        public let description: String?
        public let expiresAt: Timestamp?
        /// Lower-case hexadecimal SHA-256 of the secret.
        public let digest: String

        public init(
            subject: String, teams: [Reference<Team>], roles: Set<AccessToken.Role>, description: String?,
            expiresAt: Timestamp?, digest: String
        ) {
            self.subject = subject
            self.teams = teams
            self.roles = roles
            self.description = description
            self.expiresAt = expiresAt
            self.digest = digest
        }
    }

    public func issue(
        _ issue: Issue, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> AccessToken {
        try AccessRules.toAdminister(by: invocation.caller).require("token")
        return try insert(
            issue, by: Event.Actor(kind: .user, subject: invocation.caller.subject),
            httpRequestID: invocation.httpRequestID, in: transaction)
    }

    /// Makes a token for somebody at the server's own machine, who needs no token: the first admin begins here.
    public func issueAtServer(_ issue: Issue, in transaction: any StoreTransaction) throws -> AccessToken {
        try insert(issue, by: .serverOperator, httpRequestID: nil, in: transaction)
    }

    private func insert(
        _ issue: Issue, by actor: Event.Actor, httpRequestID: String?, in transaction: any StoreTransaction
    ) throws -> AccessToken {
        let now = environment.now()
        if let expiresAt = issue.expiresAt, expiresAt <= now {
            throw ControlPlaneError.impossible("/expires_at", "is in the past")
        }
        let teams = try Teams(environment: environment).resolve(issue.teams, at: "/teams", in: transaction)
        let token = AccessToken(
            id: environment.newID(at: now), subject: issue.subject, teams: Set(teams.map(\.id)), roles: issue.roles,
            description: issue.description, digest: issue.digest, createdAt: now, createdBy: actor.subject,
            expiresAt: issue.expiresAt)
        try transaction.insert(token)
        try events.record(
            .tokenCreated, by: actor, about: .init(tokenID: token.id),
            [
                "subject": token.subject, "teams": teams.map(\.name.text).joined(separator: " "),
                "roles": token.roles.map(\.rawValue).sorted().joined(separator: " "),
            ], httpRequestID: httpRequestID, in: transaction)
        return token
    }

    /// The token of a secret, whatever its state.
    public func find(digest: String, in reader: any StoreReader) throws -> AccessToken? {
        try reader.findToken(digest: digest)
    }

    public func get(_ id: ID<AccessToken>, by caller: Caller, in reader: any StoreReader) throws -> AccessToken {
        guard let token = try reader.find(id) else { throw ControlPlaneError.notFound("token") }
        try AccessRules.toSee(token, by: caller).require("token")
        return token
    }

    public func list(
        by caller: Caller, _ page: Page<ID<AccessToken>>, in reader: any StoreReader
    ) throws -> [AccessToken] {
        try reader.tokens(subject: caller.readsEverything ? nil : caller.subject, page)
    }

    /// Makes the token useless, at once and for good. Revoking a revoked one changes nothing.
    public func revoke(
        _ id: ID<AccessToken>, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> AccessToken {
        var token = try get(id, by: invocation.caller, in: transaction)
        guard invocation.caller.isAdmin || token.subject == invocation.caller.subject else {
            throw ControlPlaneError(.forbidden, "Only an admin revokes the tokens of others.")
        }
        try precondition.check(token.revision)
        guard token.revokedAt == nil else { return token }
        token.revokedAt = environment.now()
        token.revision += 1
        try transaction.update(token)
        try events.record(
            .tokenRevoked, by: invocation, about: .init(tokenID: token.id), ["subject": token.subject], in: transaction)
        return token
    }
}
