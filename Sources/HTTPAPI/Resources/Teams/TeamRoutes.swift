import Connectivity
import ControlPlane

/// `/v1/teams`.
struct TeamRoutes: Sendable {
    let teams: Teams

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/teams", list),
            desk.post("/v1/teams", create),
            desk.get("/v1/teams/{team}", get),
            desk.patch("/v1/teams/{team}", change),
        ]
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { reader, page in try reader.teams(page) }
    }

    private func create(_ call: KnownCall) async throws -> Reply {
        let new = try call.body(TeamCreation.format)
        return try await call.change { transaction in
            .created(
                try teams.create(
                    name: new.name, description: new.description, contact: new.contact, by: call.invocation,
                    in: transaction))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let team: Reference<Team> = try call.reference("team")
        return try await call.readOne { try teams.get(team, in: $0) }
    }

    private func change(_ call: KnownCall) async throws -> Reply {
        let team: Reference<Team> = try call.reference("team")
        let change = try call.body(TeamChange.format)
        return try await call.change { transaction in
            .one(
                try teams.change(
                    team, description: change.description, contact: change.contact, if: call.precondition,
                    by: call.invocation, in: transaction))
        }
    }
}
