import Connectivity
import ControlPlane

/// `/v1/tokens`.
struct TokenRoutes: Sendable {
    let tokens: Tokens

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/tokens", list),
            desk.post("/v1/tokens", create),
            desk.get("/v1/tokens/{id}", get),
            desk.delete("/v1/tokens/{id}", revoke),
        ]
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { reader, page in try tokens.list(by: call.caller, page, in: reader) }
    }

    private func create(_ call: KnownCall) async throws -> Reply {
        let new = try call.body(TokenCreation.format)
        let secret = BearerSecret()
        return try await call.changeKeeping { transaction in
            let token = try tokens.issue(new.issue(digest: secret.digest), by: call.invocation, in: transaction)
            return (.created(NewToken(token: token, secret: secret)), .created(NewToken(token: token, secret: nil)))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let id: ID<AccessToken> = try call.id("id")
        return try await call.readOne { try tokens.get(id, by: call.caller, in: $0) }
    }

    private func revoke(_ call: KnownCall) async throws -> Reply {
        let id: ID<AccessToken> = try call.id("id")
        try call.requireNoBody()
        return try await call.change { transaction in
            .one(try tokens.revoke(id, if: call.precondition, by: call.invocation, in: transaction))
        }
    }
}
