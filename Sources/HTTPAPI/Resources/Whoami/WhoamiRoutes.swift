import Connectivity
import ControlPlane

/// `/v1/whoami`: the caller as Postern sees it.
struct WhoamiRoutes: Sendable {
    func routes(_ desk: Desk) -> [Route] { [desk.get("/v1/whoami", get)] }

    private func get(_ call: KnownCall) async throws -> Reply {
        let token = call.token
        let teams = try await call.desk.store.read { reader in try token.teams.sorted().compactMap(reader.find) }
        return .json(WhoAmI(token: token, teams: teams))
    }
}

/// A caller's own view of itself.
struct WhoAmI: JSONWritable {
    let token: AccessToken
    let teams: [Team]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("subject", token.subject)
            json.member("teams") { json in
                json.array { json in
                    for team in teams {
                        json.object { json in
                            json.member("id", team.id)
                            json.member("name", team.name)
                        }
                    }
                }
            }
            json.member("roles", token.roles.map(\.rawValue).sorted())
            json.member("token_id", token.id)
            json.member("expires_at", token.expiresAt)
        }
    }
}
