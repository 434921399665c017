import Connectivity
import ControlPlane

/// `/v1/networks`.
struct NetworkRoutes: Sendable {
    let networks: Networks

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/networks", list),
            desk.post("/v1/networks", declare),
            desk.get("/v1/networks/{id}", get),
            desk.delete("/v1/networks/{id}", remove),
        ]
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { query in
            query.reference("account") as Reference<CloudAccount>?
        } _: { reader, account, page in
            try reader.networks(
                NetworkQuery(audience: Audience(call.caller), account: try reader.id(of: account)), page)
        }
    }

    private func declare(_ call: KnownCall) async throws -> Reply {
        let declaration = try call.body(NetworkDeclaration.format)
        return try await call.change { transaction in
            .created(try networks.declare(declaration, by: call.invocation, in: transaction))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let id: ID<Network> = try call.id("id")
        return try await call.readOne { try networks.get(id, by: call.caller, in: $0) }
    }

    private func remove(_ call: KnownCall) async throws -> Reply {
        let id: ID<Network> = try call.id("id")
        try call.requireNoBody()
        return try await call.change { transaction in
            try networks.remove(id, if: call.precondition, by: call.invocation, in: transaction)
            return .noContent
        }
    }
}
