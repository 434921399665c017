import Connectivity
import ControlPlane

extension SQLiteTransaction {
    func insert(_ service: PublishedService) throws {
        try session.run(
            PublishedServiceTable.text.insert,
            PublishedServiceTable.values(service))
        try addViewers(of: service)
    }

    func update(_ service: PublishedService) throws {
        let before = try find(service.id)
        session.cache?.forget(service.id)
        let values: [any SQLValue] = [
            service.description, service.documentationURL, service.nativeID, service.serviceName,
            PublishedServiceTable.viewers(service.visibility),
        ]
        try changeOne(
            """
            UPDATE published_service SET description = $1, documentation_url = $2, native_id = $3, service_name = $4,
                visible_to = $5, accepted_teams = $6, accepted_accounts = $7, denied_teams = $8, denied_accounts = $9,
                approvals_required = $10, allows_self_approval = $11, maximum_lifetime = $12, request_ttl = $13,
                minimum_reason_length = $14, recreates_deleted_endpoints = $15, desired = $16, phase = $17,
                warnings = $18, last_error = $19, due_at = $20, attempts = $21, lease_owner = $22,
                lease_expires_at = $23, updated_at = $24, revision = $25
            WHERE id = $26 AND revision = $27
            """,
            values + PublishedServiceTable.values(service.policy)
                + [service.desired, service.phase, service.warnings, service.lastError] + service.schedule.values
                + [service.updatedAt, service.revision, service.id, service.revision - 1])
        guard before?.visibility != service.visibility else { return }
        try session.run("DELETE FROM service_viewer WHERE service_id = $1", [service.id])
        try addViewers(of: service)
    }

    private func addViewers(of service: PublishedService) throws {
        for team in PublishedServiceTable.viewers(service.visibility) ?? [] {
            try session.run("INSERT INTO service_viewer (team_id, service_id) VALUES ($1, $2)", [team, service.id])
        }
    }

    func claimDueServices(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [PublishedService] {
        let due = try due(
            in: "published_service", columns: PublishedServiceTable.text.columns, at: instant, limit: limit,
            PublishedServiceTable.decode)
        return try due.map { service in
            session.cache?.forget(service.id)
            try self.lease(service.id, in: "published_service", to: lease)
            var claimed = service
            claimed.schedule.lease = lease
            return claimed
        }
    }

    func reschedule(_ service: ID<PublishedService>, _ schedule: Schedule) throws {
        session.cache?.forget(service)
        try reschedule(service, in: "published_service", schedule)
    }
}
