import Connectivity
import ControlPlane

/// `/v1/cloud-accounts`.
struct CloudAccountRoutes: Sendable {
    let accounts: CloudAccounts

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/cloud-accounts", list),
            desk.post("/v1/cloud-accounts", register),
            desk.get("/v1/cloud-accounts/{account}", get),
            desk.patch("/v1/cloud-accounts/{account}", change),
            desk.post("/v1/cloud-accounts/{account}/refresh", refresh),
        ]
    }

    private struct Filters: Sendable {
        let team: Reference<Team>?
        let provider: CloudProvider?
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { query in
            Filters(team: query.reference("team"), provider: query.word("provider"))
        } _: { reader, filters, page in
            try reader.accounts(
                AccountQuery(
                    audience: Audience(call.caller), team: try reader.id(of: filters.team), provider: filters.provider),
                page)
        }
    }

    private func register(_ call: KnownCall) async throws -> Reply {
        let registration = try call.body(CloudAccountRegistration.format)
        return try await call.change { transaction in
            .created(try accounts.register(registration, by: call.invocation, in: transaction))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let account: Reference<CloudAccount> = try call.reference("account")
        return try await call.readOne { try accounts.get(account, by: call.caller, in: $0) }
    }

    private func change(_ call: KnownCall) async throws -> Reply {
        let account: Reference<CloudAccount> = try call.reference("account")
        let change = try call.body(CloudAccountChange.format)
        return try await call.change { transaction in
            .one(
                try accounts.change(
                    account, description: change.description, access: change.access, team: change.team,
                    if: call.precondition, by: call.invocation, in: transaction))
        }
    }

    private func refresh(_ call: KnownCall) async throws -> Reply {
        let account: Reference<CloudAccount> = try call.reference("account")
        try call.requireNoBody()
        return try await call.change { transaction in
            .accepted(try accounts.refresh(account, if: call.precondition, by: call.invocation, in: transaction))
        }
    }
}
