import Connectivity
import ControlPlane

private enum AccessTokenTable {
    static let text = TableText(
        "access_token",
        columns: """
            id, subject, teams, roles, description, digest, created_at, created_by, expires_at, last_used_at, revoked_at, \
            revision
            """, count: 12)

    static let findByDigest = "SELECT \(text.columns) FROM access_token WHERE digest = $1"

    static func decode(_ columns: inout Columns) throws -> AccessToken {
        AccessToken(
            id: try columns.next(), subject: try columns.next(), teams: Set(try columns.next([ID<Team>].self)),
            roles: Set(try columns.next([AccessToken.Role].self)), description: try columns.next(),
            digest: try columns.next(), createdAt: try columns.next(), createdBy: try columns.next(),
            expiresAt: try columns.next(), lastUsedAt: try columns.next(), revokedAt: try columns.next(),
            revision: try columns.next())
    }
}

extension SQLiteReading {
    func find(_ id: ID<AccessToken>) throws -> AccessToken? {
        try session.first(
            AccessTokenTable.text.findByID, [id], AccessTokenTable.decode)
    }

    func findToken(digest: String) throws -> AccessToken? {
        try session.first(
            AccessTokenTable.findByDigest, [digest],
            AccessTokenTable.decode)
    }

    func tokens(subject: String?, _ page: Page<ID<AccessToken>>) throws -> [AccessToken] {
        let branch: KeysetList<ID<AccessToken>>.Branch =
            if let subject {
                .init("access_token_by_subject", Condition("subject = ?", subject))
            } else {
                .init(nil)
            }
        return try KeysetList.newestFirst("access_token", page, branches: [branch], filters: [])
            .records(in: session, columns: AccessTokenTable.text.columns, AccessTokenTable.decode) { try find($0) }
    }
}

extension SQLiteTransaction {
    func insert(_ token: AccessToken) throws {
        try session.run(
            AccessTokenTable.text.insert,
            [
                token.id, token.subject, token.teams.sorted(), token.roles.sorted { $0.rawValue < $1.rawValue },
                token.description, token.digest, token.createdAt, token.createdBy, token.expiresAt, token.lastUsedAt,
                token.revokedAt, token.revision,
            ])
    }

    func update(_ token: AccessToken) throws {
        try changeOne(
            """
            UPDATE access_token SET last_used_at = $1, revoked_at = $2, revision = $3
            WHERE id = $4 AND revision = $5
            """,
            [token.lastUsedAt, token.revokedAt, token.revision, token.id, token.revision - 1])
    }

    func touch(_ token: ID<AccessToken>, at instant: Timestamp) throws {
        try changeOne("UPDATE access_token SET last_used_at = $1 WHERE id = $2", [instant, token])
    }
}
