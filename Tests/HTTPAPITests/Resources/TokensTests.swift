import Connectivity
import ControlPlane
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPAPI

struct TokensTests {
    private func bearer(_ secret: String) -> HTTPFields { [.authorization: "Bearer \(secret)"] }

    @Test func aTokenWorksUntilItIsRevoked() async throws {
        let world = try await APIWorld()
        try await world.make("/v1/teams", ["name": "payments"])
        let made = try await world.make("/v1/tokens", ["subject": "ada@payments", "teams": ["payments"]])
        let secret = try #require(made["secret"]?.string)
        #expect(secret.hasPrefix("pst_"))
        #expect(secret.utf8.count == 47)
        let me = await world.get("/v1/whoami", as: nil, headers: bearer(secret))
        #expect(me["subject"] == "ada@payments")
        #expect(me["teams"]?.elements?.first?["name"] == "payments")
        #expect(me["token_id"]?.string == made.id)

        let revoked = await world.send(.delete, "/v1/tokens/\(made.id)")
        #expect(revoked.status == 200)
        #expect(revoked["revoked_at"] != JSONValue.null)
        #expect(revoked["secret"] == nil)
        let refused = await world.get("/v1/whoami", as: nil, headers: bearer(secret))
        #expect(refused.status == 401)
        #expect(
            refused.headers[.wwwAuthenticate]
                == "Bearer realm=\"postern\", error=\"invalid_token\", error_description=\"The token was revoked\"")
        #expect(await world.send(.delete, "/v1/tokens/\(made.id)").status == 200, "twice changes nothing")
    }

    @Test func aTokenExpires() async throws {
        let world = try await APIWorld()
        let made = try await world.make("/v1/tokens", ["subject": "ada", "expires_at": "2026-09-21T14:13:21.123Z"])
        let secret = try #require(made["secret"]?.string)
        #expect(await world.get("/v1/whoami", as: nil, headers: bearer(secret)).status == 200)
        world.clock.advance(.seconds(1))
        let refused = await world.get("/v1/whoami", as: nil, headers: bearer(secret))
        #expect(refused.status == 401)
        #expect(
            refused.headers[.wwwAuthenticate]
                == "Bearer realm=\"postern\", error=\"invalid_token\", "
                + "error_description=\"The token expired at 2026-09-21T14:13:21.123Z\"")
    }

    @Test func theSecretIsKeptNowhere() async throws {
        let world = try await APIWorld()
        let headers: HTTPFields = [.idempotencyKey: "token-1"]
        let made = try await world.make("/v1/tokens", ["subject": "ada"], headers: headers)
        let secret = try #require(made["secret"]?.string)
        let again = try await world.make("/v1/tokens", ["subject": "ada"], headers: headers)
        #expect(again.headers[.replayed] == "true")
        #expect(again["secret"] == JSONValue.null)
        #expect(again.id == made.id)
        let kept = try await world.store.read { try $0.reply(forKey: "token-1", subject: "root") }
        #expect(try #require(kept).body.contains(secret) == false)
        let id = try #require(ID<AccessToken>(made.id))
        let token = try await world.store.read { try $0.find(id) }
        #expect(token?.digest == BearerSecret.digest(of: secret))
        #expect("\(BearerSecret())" == "pst_…")
    }

    @Test func whatIsWrongWithATokenIsToldAtOnce() async throws {
        let world = try await APIWorld()
        let answer = await world.post(
            "/v1/tokens", ["subject": "", "teams": ["ok", 7], "roles": ["king"], "expires_at": "tomorrow"])
        #expect(answer.faults == ["/expires_at", "/roles/0", "/subject", "/teams/1"])
        let impossible = await world.post("/v1/tokens", ["subject": "a", "teams": ["nobody", "nowhere"]])
        #expect(impossible.status == 422)
        #expect(impossible.faults == ["/teams/0", "/teams/1"])
        let past = await world.post("/v1/tokens", ["subject": "a", "expires_at": "2020-01-01T00:00:00Z"])
        #expect(past.faults == ["/expires_at"])
        #expect(past.status == 422)
    }

    @Test func everybodyListsTheirOwn() async throws {
        let scene = try await Scene.make()
        #expect(await scene.world.get("/v1/tokens", as: .consumer).data.map { $0["subject"] } == ["ada@payments"])
        #expect(await scene.world.get("/v1/tokens").data.count == 8)
    }

    @Test(arguments: [
        "pst_short", "Bearer", "", "pst_" + String(repeating: "A", count: 43),
        "pst_" + String(repeating: "Ä", count: 21) + "x",
    ])
    func whatIsNoTokenIsRefused(secret: String) async throws {
        let world = try await APIWorld()
        let answer = await world.get("/v1/whoami", as: nil, headers: bearer(secret))
        #expect(answer.status == 401)
        #expect(answer.headers[.wwwAuthenticate]?.contains("invalid_token") == true)
    }

    @Test func theSchemeIsBearerInAnyCase() async throws {
        let world = try await APIWorld()
        let secret = try #require(world.secret(of: .admin))
        for field in ["bearer \(secret)", "BEARER  \(secret)"] {
            #expect(await world.get("/v1/whoami", as: nil, headers: [.authorization: field]).status == 200)
        }
        for field in ["Basic \(secret)", secret, "Bearer \(secret) x"] {
            #expect(await world.get("/v1/whoami", as: nil, headers: [.authorization: field]).status == 401)
        }
    }
}
