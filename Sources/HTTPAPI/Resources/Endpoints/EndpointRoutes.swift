import Connectivity
import ControlPlane

/// `/v1/endpoints`.
struct EndpointRoutes: Sendable {
    let endpoints: Endpoints

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/endpoints", list),
            desk.get("/v1/endpoints/{id}", get),
            desk.post("/v1/endpoints/{id}/revoke", revoke),
            desk.post("/v1/endpoints/{id}/release", release),
            desk.post("/v1/endpoints/{id}/identify", identify),
            desk.post("/v1/endpoints/{id}/retry", retry),
        ]
    }

    private struct Filters: Sendable {
        let phase: Endpoint.Phase?
        let service: Reference<PublishedService>?
        let team: Reference<Team>?
        let account: Reference<CloudAccount>?

        init(_ query: inout QueryReader) {
            phase = query.word("phase")
            service = query.reference("service")
            team = query.reference("team")
            account = query.reference("account")
        }
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list(Filters.init) { reader, filters, page in
            try reader.endpoints(
                EndpointQuery(
                    audience: Audience(call.caller), phase: filters.phase, service: try reader.id(of: filters.service),
                    team: try reader.id(of: filters.team), account: try reader.id(of: filters.account)), page)
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let id: ID<Endpoint> = try call.id("id")
        return try await call.readOne { try endpoints.get(id, by: call.caller, in: $0) }
    }

    private func revoke(_ call: KnownCall) async throws -> Reply {
        let id: ID<Endpoint> = try call.id("id")
        let reason = try call.body(.mandatoryReason)
        return try await call.change { transaction in
            .accepted(
                try endpoints.revoke(
                    id, reason: reason, if: call.precondition, by: call.invocation, in: transaction))
        }
    }

    private func release(_ call: KnownCall) async throws -> Reply {
        let id: ID<Endpoint> = try call.id("id")
        let reason = try call.optionalBody(.optionalReason)
        return try await call.change { transaction in
            .accepted(
                try endpoints.release(
                    id, reason: reason.text, if: call.precondition, by: call.invocation, in: transaction))
        }
    }

    private func identify(_ call: KnownCall) async throws -> Reply {
        let id: ID<Endpoint> = try call.id("id")
        let nativeID = try call.body(.nativeIDOnly)
        return try await call.change { transaction in
            .one(
                try endpoints.identify(
                    id, nativeID: nativeID, if: call.precondition, by: call.invocation, in: transaction))
        }
    }

    private func retry(_ call: KnownCall) async throws -> Reply {
        let id: ID<Endpoint> = try call.id("id")
        try call.requireNoBody()
        return try await call.change { transaction in
            .accepted(try endpoints.retry(id, if: call.precondition, by: call.invocation, in: transaction))
        }
    }
}

extension BodyFormat where Value == String {
    /// An object with nothing but a cloud's name for an endpoint.
    static var nativeIDOnly: Self { .object { fields in fields.required("native_id", .nativeID) } }
}
