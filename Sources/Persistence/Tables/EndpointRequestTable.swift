import Connectivity
import ControlPlane

private enum EndpointRequestTable {
    static let text = TableText(
        "endpoint_request",
        columns: """
            id, origin, service_id, producer_team_id, consumer_team_id, account_id, network_id, subnet, mode, \
            native_endpoint_id, requested_address, \(EndpointOptions.columns), reason, ticket, lifetime, lives_until, \
            state, approvals_required, findings, requested_by, created_at, expires_at, resolved_at, endpoint_id, \
            updated_at, revision
            """, count: 30)

    static let findLive = """
        SELECT \(text.columns) FROM endpoint_request
        WHERE network_id = $1 AND subnet = $2 AND service_id = $3 AND (state = 'pending' OR EXISTS (
            SELECT 1 FROM endpoint WHERE endpoint.id = endpoint_request.endpoint_id AND phase <> 'closed'))
        ORDER BY id DESC LIMIT 1
        """

    static let findByNative = """
        SELECT \(text.columns) FROM endpoint_request WHERE id = MAX(
            COALESCE((SELECT MAX(id) FROM endpoint_request WHERE service_id = $1 AND native_endpoint_id = $2), ''),
            COALESCE((SELECT MAX(request_id) FROM endpoint WHERE service_id = $1 AND native_id = $2), ''))
        """

    static func decode(_ columns: inout Columns) throws -> EndpointRequest {
        EndpointRequest(
            id: try columns.next(), origin: try columns.next(), serviceID: try columns.next(),
            producerTeamID: try columns.next(), consumerTeamID: try columns.next(), accountID: try columns.next(),
            networkID: try columns.next(), subnet: try columns.next(), mode: try columns.next(),
            nativeEndpointID: try columns.next(), requestedAddress: try columns.next(),
            options: try EndpointOptions(&columns), reason: try columns.next(), ticket: try columns.next(),
            lifetime: try lifetime(&columns), state: try columns.next(), approvalsRequired: try columns.next(),
            findings: try columns.next(), requestedBy: try columns.next(), createdAt: try columns.next(),
            expiresAt: try columns.next(), resolvedAt: try columns.next(), endpointID: try columns.next(),
            updatedAt: try columns.next(), revision: try columns.next())
    }

    private static func lifetime(_ columns: inout Columns) throws -> EndpointRequest.Lifetime {
        let duration: Duration? = try columns.next()
        let end: Timestamp? = try columns.next()
        return duration.map { .lasting($0) } ?? end.map { .until($0) } ?? .untilRevoked
    }

    static func values(_ lifetime: EndpointRequest.Lifetime) -> [any SQLValue] {
        switch lifetime {
        case .untilRevoked: [Duration?.none, Timestamp?.none]
        case .until(let end): [Duration?.none, end]
        case .lasting(let duration): [duration, Timestamp?.none]
        }
    }
}

extension SQLiteReading {
    func find(_ id: ID<EndpointRequest>) throws -> EndpointRequest? {
        try session.first(
            EndpointRequestTable.text.findByID, [id],
            EndpointRequestTable.decode)
    }

    func requests(_ query: RequestQuery, _ page: Page<ID<EndpointRequest>>) throws -> [EndpointRequest] {
        var list = SidedList<EndpointRequest, EndpointRequest.State>(
            table: "endpoint_request", stateColumn: "state", audience: query.audience, state: query.state,
            service: query.service, isOwnService: try owns(query.service, query.audience), team: query.team,
            account: query.account)
        if let inbox = query.awaiting {
            guard query.state ?? .pending == .pending else { return [] }
            list.state = .pending
            list.producers = inbox.teams?.sorted()
            // The plus keeps SQLite off the index by verdict, which would read every approval there is.
            list.filters = [
                Condition(
                    """
                    NOT EXISTS (SELECT 1 FROM approval
                    WHERE request_id = endpoint_request.id AND decided_by = ? AND +verdict = 'approve')
                    """, inbox.subject)
            ]
        }
        return try list.page(page)
            .records(in: session, columns: EndpointRequestTable.text.columns, EndpointRequestTable.decode) {
                try find($0)
            }
    }

    func findLiveRequest(
        service: ID<PublishedService>, network: ID<Network>, subnet: String
    ) throws -> EndpointRequest? {
        try session.first(
            EndpointRequestTable.findLive, [network, subnet, service], EndpointRequestTable.decode)
    }

    func findRequest(service: ID<PublishedService>, nativeEndpointID: String) throws -> EndpointRequest? {
        try session.first(
            EndpointRequestTable.findByNative, [service, nativeEndpointID], EndpointRequestTable.decode)
    }

    func requests(expiredAt instant: Timestamp, limit: Int) throws -> [EndpointRequest] {
        try session.rows(
            """
            SELECT \(EndpointRequestTable.text.columns) FROM endpoint_request INDEXED BY endpoint_request_overdue
            WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2
            """,
            [instant, limit], EndpointRequestTable.decode)
    }
}

extension SQLiteTransaction {
    func insert(_ request: EndpointRequest) throws {
        try session.run(
            EndpointRequestTable.text.insert,
            [
                request.id, request.origin, request.serviceID, request.producerTeamID, request.consumerTeamID,
                request.accountID, request.networkID, request.subnet, request.mode, request.nativeEndpointID,
                request.requestedAddress,
            ] + request.options.values + [request.reason, request.ticket]
                + EndpointRequestTable.values(request.lifetime)
                + [
                    request.state, request.approvalsRequired, request.findings, request.requestedBy,
                    request.createdAt, request.expiresAt, request.resolvedAt, request.endpointID, request.updatedAt,
                    request.revision,
                ])
    }

    func update(_ request: EndpointRequest) throws {
        try changeOne(
            """
            UPDATE endpoint_request SET state = $1, approvals_required = $2, resolved_at = $3, endpoint_id = $4,
                updated_at = $5, revision = $6
            WHERE id = $7 AND revision = $8
            """,
            [
                request.state, request.approvalsRequired, request.resolvedAt, request.endpointID, request.updatedAt,
                request.revision, request.id, request.revision - 1,
            ])
    }
}
