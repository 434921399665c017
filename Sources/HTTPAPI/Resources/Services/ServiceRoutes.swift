import Connectivity
import ControlPlane

/// `/v1/services`, with the connections that the cloud shows on each.
struct ServiceRoutes: Sendable {
    let services: Services

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.list("/v1/services", list),
            desk.post("/v1/services", publish),
            desk.get("/v1/services/{service}", get),
            desk.patch("/v1/services/{service}", change),
            desk.post("/v1/services/{service}/withdraw", withdraw),
            desk.list("/v1/services/{service}/connections", connections),
        ]
    }

    private struct Filters: Sendable {
        let team: Reference<Team>?
        let provider: CloudProvider?
        let phase: PublishedService.Phase?
    }

    private func list(_ call: KnownCall) async throws -> Reply {
        try await call.list { query in
            Filters(team: query.reference("team"), provider: query.word("provider"), phase: query.word("phase"))
        } _: { reader, filters, page in
            try reader.services(
                ServiceQuery(
                    audience: Audience(call.caller), team: try reader.id(of: filters.team), provider: filters.provider,
                    phase: filters.phase), page
            ).map { ServiceView($0, to: call.caller) }
        }
    }

    private func publish(_ call: KnownCall) async throws -> Reply {
        let publication = try call.body(ServicePublication.format)
        return try await call.change { transaction in
            let service = try services.publish(publication, by: call.invocation, in: transaction)
            return .created(ServiceView(service, to: call.caller))
        }
    }

    private func get(_ call: KnownCall) async throws -> Reply {
        let service: Reference<PublishedService> = try call.reference("service")
        return try await call.readOne { reader in
            ServiceView(try services.get(service, by: call.caller, in: reader), to: call.caller)
        }
    }

    private func change(_ call: KnownCall) async throws -> Reply {
        let service: Reference<PublishedService> = try call.reference("service")
        let amendment = try call.body(ServiceAmendment.format)
        return try await call.change { transaction in
            let changed = try services.change(
                service, amendment, if: call.precondition, by: call.invocation, in: transaction)
            return .one(ServiceView(changed, to: call.caller))
        }
    }

    private func withdraw(_ call: KnownCall) async throws -> Reply {
        let service: Reference<PublishedService> = try call.reference("service")
        let reason = try call.optionalBody(.optionalReason)
        return try await call.change { transaction in
            let withdrawn = try services.withdraw(
                service, reason: reason.text, if: call.precondition, by: call.invocation, in: transaction)
            return .accepted(ServiceView(withdrawn, to: call.caller))
        }
    }

    private func connections(_ call: KnownCall) async throws -> Reply {
        let service: Reference<PublishedService> = try call.reference("service")
        return try await call.list { query in
            query.flag("requested")
        } _: { reader, requested, page in
            try services.connections(of: service, requested: requested, by: call.caller, page, in: reader)
        }
    }
}
