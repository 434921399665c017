import Connectivity
import ControlPlane

extension SQLiteReading {
    func find(_ id: ID<Endpoint>) throws -> Endpoint? {
        try session.first(
            EndpointTable.text.findByID, [id], EndpointTable.decode)
    }

    func endpoints(_ query: EndpointQuery, _ page: Page<ID<Endpoint>>) throws -> [Endpoint] {
        try SidedList<Endpoint, Endpoint.Phase>(
            table: "endpoint", stateColumn: "phase", audience: query.audience, state: query.phase,
            service: query.service, isOwnService: try owns(query.service, query.audience), team: query.team,
            account: query.account
        )
        .page(page)
        .records(in: session, columns: EndpointTable.text.columns, EndpointTable.decode) { try find($0) }
    }

    func openEndpoints(of service: ID<PublishedService>) throws -> [Endpoint] {
        // Few at a time, and in the order of accounts within the index: sorted here.
        try session.rows(
            "SELECT \(EndpointTable.text.columns) FROM endpoint WHERE service_id = $1 AND phase <> 'closed'", [service],
            EndpointTable.decode
        )
        .sorted { $0.id < $1.id }
    }

    func openEndpoints(of service: ID<PublishedService>, account: ID<CloudAccount>) throws -> [Endpoint] {
        try session.rows(
            """
            SELECT \(EndpointTable.text.columns) FROM endpoint
            WHERE service_id = $1 AND account_id = $2 AND phase <> 'closed' ORDER BY id
            """,
            [service, account], EndpointTable.decode)
    }

    func endpoints(expiredAt instant: Timestamp, limit: Int) throws -> [Endpoint] {
        try session.rows(
            """
            SELECT \(EndpointTable.text.columns) FROM endpoint INDEXED BY endpoint_overdue
            WHERE desired = 'present' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2
            """,
            [instant, limit], EndpointTable.decode)
    }
}

extension SQLiteTransaction {
    func insert(_ endpoint: Endpoint) throws {
        try session.run(
            EndpointTable.text.insert,
            EndpointTable.values(endpoint))
    }

    func update(_ endpoint: Endpoint) throws {
        try changeOne(
            """
            UPDATE endpoint SET desired = $1, phase = $2, native_id = $3, addresses = $4, dns_names = $5,
                connection_status = $6, native_status = $7, has_been_active = $8, intent_action = $9,
                intent_token = $10, unseen_calls = $11, calls_begun = $12, last_error = $13, due_at = $14,
                attempts = $15, lease_owner = $16, lease_expires_at = $17, expires_at = $18, closing_kind = $19,
                closing_by = $20, closing_reason = $21, closing_at = $22, updated_at = $23, closed_at = $24,
                revision = $25
            WHERE id = $26 AND revision = $27
            """,
            EndpointTable.values(ofChanging: endpoint) + [endpoint.id, endpoint.revision - 1])
    }

    func claimDueEndpoints(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [Endpoint] {
        let due = try due(
            in: "endpoint", columns: EndpointTable.text.columns, at: instant, limit: limit, EndpointTable.decode)
        return try due.map { endpoint in
            try self.lease(endpoint.id, in: "endpoint", to: lease)
            var claimed = endpoint
            claimed.schedule.lease = lease
            return claimed
        }
    }

    func reschedule(_ endpoint: ID<Endpoint>, _ schedule: Schedule) throws {
        try reschedule(endpoint, in: "endpoint", schedule)
    }
}
