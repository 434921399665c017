import Connectivity
import ControlPlane

extension AccessToken: Resource, Listed {
    var path: String { "/v1/tokens/\(id)" }
    var tag: String? { ETag.text(revision) }
    var position: ID<AccessToken> { id }

    func write(to json: inout JSONWriter) { json.object(writeMembers) }

    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("subject", subject)
        json.member("teams", teams.sorted())
        json.member("roles", roles.map(\.rawValue).sorted())
        json.member("description", description)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("expires_at", expiresAt)
        json.member("last_used_at", lastUsedAt)
        json.member("revoked_at", revokedAt)
        json.member("revision", revision)
    }
}

/// A token as its maker sees it once.
struct NewToken: Resource {
    let token: AccessToken
    /// nil in the copy that is kept for a repeat: secrets are not kept.
    let secret: BearerSecret?

    var path: String { token.path }
    var tag: String? { token.tag }

    func write(to json: inout JSONWriter) {
        json.object { json in
            token.writeMembers(to: &json)
            json.member("secret", secret?.text)
        }
    }
}

/// What `POST /v1/tokens` takes.
struct TokenCreation: Sendable {
    let subject: String
    let teams: [Reference<Team>]
    let roles: [AccessToken.Role]
    let description: String?
    let expiresAt: Timestamp?

    static var format: BodyFormat<Self> {
        .object { fields in
            let subject = fields.required("subject", .line)
            let teams = fields.defaulted(
                "teams", .array(of: .reference() as BodyFormat<Reference<Team>>, 0...100), to: [])
            let roles = fields.defaulted("roles", .array(of: .word() as BodyFormat<AccessToken.Role>, 0...2), to: [])
            let description = fields.optional("description", .text)
            let expiresAt = fields.optional("expires_at", .time)
            guard let subject, let teams, let roles else { return nil }
            return Self(
                subject: subject, teams: teams, roles: roles, description: description, expiresAt: expiresAt)
        }
    }

    func issue(digest: String) -> Tokens.Issue {
        Tokens.Issue(
            subject: subject, teams: teams, roles: Set(roles), description: description, expiresAt: expiresAt,
            digest: digest)
    }
}
