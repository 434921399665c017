import Connectivity
import ControlPlane
import HTTPTypes

/// Finds out who calls, by the bearer token.
struct Authentication: Sendable {
    let store: any Store
    let tokens: Tokens
    let environment: Environment
    let lastUse: LastUse

    /// - Throws: `unauthorized` with `WWW-Authenticate`.
    func token(of call: Call) async throws -> AccessToken {
        guard let field = call.headers[.authorization] else {
            throw Problem.unauthorized("Send a token: Authorization: Bearer pst_…", challenge: nil)
        }
        guard let secret = Self.secret(field) else {
            throw Problem.unauthorized(
                "The Authorization field holds no token of Postern's.", challenge: "The token is malformed")
        }
        let digest = BearerSecret.digest(of: secret)
        guard let token = try await store.read({ try tokens.find(digest: digest, in: $0) }) else {
            throw Problem.unauthorized("Nobody has this token.", challenge: "The token is unknown")
        }
        let now = environment.now()
        switch token.objection(at: now) {
        case nil: break
        case .revoked: throw Problem.unauthorized("The token was revoked.", challenge: "The token was revoked")
        case .expired:
            let when = token.expiresAt.map { " at \($0)" } ?? ""
            throw Problem.unauthorized("The token expired\(when).", challenge: "The token expired\(when)")
        }
        call.notes.subject = token.subject
        lastUse.note(token, at: now)
        return token
    }

    /// The secret behind `Bearer`, whose case does not matter.
    private static func secret(_ field: String) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let secret = String(parts[1]).trimmed
        return BearerSecret.isPlausible(secret) ? String(secret) : nil
    }
}

extension Problem {
    /// - Parameter challenge: what is wrong with the token that came, as RFC 6750 tells it; nil if none came.
    fileprivate static func unauthorized(_ detail: String, challenge: String?) -> Self {
        var field = "Bearer realm=\"postern\""
        if let challenge { field += ", error=\"invalid_token\", error_description=\"\(challenge)\"" }
        return Self(.unauthorized, detail, headers: [.wwwAuthenticate: field])
    }
}

extension Caller {
    init(_ token: AccessToken) { self.init(subject: token.subject, teams: token.teams, roles: token.roles) }
}
