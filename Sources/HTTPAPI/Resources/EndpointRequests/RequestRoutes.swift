import Connectivity
import ControlPlane
import HTTPTypes

/// `/v1/endpoint-requests`, with the decisions on each.
struct RequestRoutes: Sendable {
    let requests: EndpointRequests

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/endpoint-requests", list),
            desk.post("/v1/endpoint-requests", file),
            desk.get("/v1/endpoint-requests/{id}", get),
            desk.get("/v1/endpoint-requests/{id}/approvals", approvals),
            desk.post("/v1/endpoint-requests/{id}/approvals", decide),
            desk.post("/v1/endpoint-requests/{id}/withdraw", withdraw),
        ]
    }

    private struct Filters: Sendable {
        let isInbox: Bool
        let state: EndpointRequest.State?
        let service: Reference<PublishedService>?
        let team: Reference<Team>?
        let account: Reference<CloudAccount>?

        init(_ query: inout QueryReader) {
            isInbox = query.value("awaiting", "me") { $0 == "me" ? true : nil } ?? false
            state = query.word("state")
            service = query.reference("service")
            team = query.reference("team")
            account = query.reference("account")
        }
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list(Filters.init) { reader, filters, page in
            let query = RequestQuery(
                audience: Audience(call.caller), state: filters.state, service: try reader.id(of: filters.service),
                team: try reader.id(of: filters.team), account: try reader.id(of: filters.account),
                awaiting: filters.isInbox ? RequestQuery.Inbox(call.caller) : nil)
            return try reader.requests(query, page).map { try RequestView($0, in: reader) }
        }
    }

    private func file(_ call: KnownCall) async throws -> Reply {
        let filing = try call.body(RequestFiling.format).filing
        return try await call.change { transaction in
            let request = try requests.file(filing, by: call.invocation, in: transaction)
            return .created(try RequestView(request, in: transaction))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let id: ID<EndpointRequest> = try call.id("id")
        return try await call.readOne { reader in
            try RequestView(try requests.get(id, by: call.caller, in: reader), in: reader)
        }
    }

    private func approvals(_ call: KnownCall) async throws -> Reply {
        let id: ID<EndpointRequest> = try call.id("id")
        return try await call.read { reader in
            _ = try requests.get(id, by: call.caller, in: reader)
            return .whole(try reader.approvals(of: id))
        }
    }

    private func decide(_ call: KnownCall) async throws -> Reply {
        let id: ID<EndpointRequest> = try call.id("id")
        let decision = try call.body(Decision.format)
        return try await call.change { transaction in
            let (request, approval) = try requests.decide(
                id, decision.verdict, reason: decision.reason, if: call.precondition, by: call.invocation,
                in: transaction)
            var reply = Reply.created(approval)
            reply.headers[.link] = "<\(EndpointRequest.path(of: request.id))>; rel=\"up\""
            return reply
        }
    }

    private func withdraw(_ call: KnownCall) async throws -> Reply {
        let id: ID<EndpointRequest> = try call.id("id")
        let reason = try call.optionalBody(.optionalReason)
        return try await call.change { transaction in
            let request = try requests.withdraw(
                id, reason: reason.text, if: call.precondition, by: call.invocation, in: transaction)
            return .one(try RequestView(request, in: transaction))
        }
    }
}

extension RequestQuery.Inbox {
    /// What waits for the caller: an admin decides for every team.
    fileprivate init(_ caller: Caller) {
        self.init(teams: caller.isAdmin ? nil : caller.teams, subject: caller.subject)
    }
}
