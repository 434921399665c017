import Connectivity
import ControlPlane

/// `/v1/events`: the log, oldest first, and its head, which an auditor keeps.
struct EventRoutes: Sendable {
    let verification: @Sendable () -> LogVerification

    func routes(_ desk: Desk) -> [Route] { [desk.list("/v1/events", list), desk.get("/v1/events/head", head)] }

    private func head(_ call: KnownCall) async throws -> Reply {
        try await call.read { [verification] in
            .json(EventHeadView(head: try $0.eventHead(), verification: verification()))
        }
    }

    private struct Filters: Sendable {
        let kind: Event.Kind?
        let service: Reference<PublishedService>?
        let request: ID<EndpointRequest>?
        let endpoint: ID<Endpoint>?
        let team: Reference<Team>?

        init(_ query: inout QueryReader) {
            kind = query.word("kind")
            service = query.reference("service")
            request = query.id("request_id")
            endpoint = query.id("endpoint_id")
            team = query.reference("team")
        }
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list(Filters.init) { reader, filters, page in
            try reader.events(
                EventQuery(
                    audience: Audience(call.caller), kind: filters.kind, service: try reader.id(of: filters.service),
                    request: filters.request, endpoint: filters.endpoint, team: try reader.id(of: filters.team)), page)
        }
    }
}
