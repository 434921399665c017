import Connectivity
import ControlPlane

/// `/v1/approvals`: what was decided, by whom, and why.
struct ApprovalRoutes: Sendable {
    let approvals: Approvals

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/approvals", list),
            desk.get("/v1/approvals/{id}", get),
        ]
    }

    private struct Filters: Sendable {
        let service: Reference<PublishedService>?
        let verdict: Approval.Verdict?
        let team: Reference<Team>?
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { query in
            Filters(service: query.reference("service"), verdict: query.word("verdict"), team: query.reference("team"))
        } _: { reader, filters, page in
            try reader.approvals(
                ApprovalQuery(
                    audience: Audience(call.caller), service: try reader.id(of: filters.service),
                    verdict: filters.verdict, team: try reader.id(of: filters.team)), page)
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let id: ID<Approval> = try call.id("id")
        return try await call.readOne { try approvals.get(id, by: call.caller, in: $0) }
    }
}
