import Connectivity

/// How an endpoint is kept.
enum EndpointTable {
    static let text = TableText(
        "endpoint",
        columns: """
            id, request_id, service_id, producer_team_id, consumer_team_id, account_id, network_id, subnet, mode, \
            requested_address, \(EndpointOptions.columns), desired, phase, native_id, addresses, dns_names, \
            connection_status, native_status, has_been_active, intent_action, intent_token, unseen_calls, calls_begun, \
            last_error, \(Schedule.columns), expires_at, closing_kind, closing_by, closing_reason, closing_at, \
            created_at, updated_at, closed_at, revision
            """, count: 41)

    static func decode(_ columns: inout Columns) throws -> Endpoint {
        Endpoint(
            id: try columns.next(), requestID: try columns.next(), serviceID: try columns.next(),
            producerTeamID: try columns.next(), consumerTeamID: try columns.next(), accountID: try columns.next(),
            networkID: try columns.next(), subnet: try columns.next(), mode: try columns.next(),
            requestedAddress: try columns.next(), options: try EndpointOptions(&columns),
            desired: try columns.next(), phase: try columns.next(), observed: try observed(&columns),
            intent: try intent(&columns), unseenCalls: Set(try columns.next([CloudAction].self)),
            callsBegun: try columns.next(), lastError: try columns.next(),
            schedule: try Schedule(&columns), expiresAt: try columns.next(), closing: try closing(&columns),
            createdAt: try columns.next(), updatedAt: try columns.next(), closedAt: try columns.next(),
            revision: try columns.next())
    }

    static func values(_ endpoint: Endpoint) -> [any SQLValue] {
        [
            endpoint.id, endpoint.requestID, endpoint.serviceID, endpoint.producerTeamID, endpoint.consumerTeamID,
            endpoint.accountID, endpoint.networkID, endpoint.subnet, endpoint.mode, endpoint.requestedAddress,
        ] + endpoint.options.values + values(ofChanging: endpoint).dropLast(3)
            + [endpoint.createdAt, endpoint.updatedAt, endpoint.closedAt, endpoint.revision]
    }

    /// From `desired` to `closing_at`, then `updated_at`, `closed_at` and `revision`.
    static func values(ofChanging endpoint: Endpoint) -> [any SQLValue] {
        let observed = endpoint.observed
        return [
            endpoint.desired, endpoint.phase, observed.nativeID, observed.addresses, observed.dnsNames,
            observed.connectionStatus, observed.nativeStatus, observed.hasBeenActive, endpoint.intent?.action,
            endpoint.intent?.token, endpoint.unseenCalls.sorted { $0.rawValue < $1.rawValue }, endpoint.callsBegun,
            endpoint.lastError,
        ] + endpoint.schedule.values + [
            endpoint.expiresAt, endpoint.closing?.kind, endpoint.closing?.by, endpoint.closing?.reason,
            endpoint.closing?.at, endpoint.updatedAt, endpoint.closedAt, endpoint.revision,
        ]
    }

    private static func observed(_ columns: inout Columns) throws -> Endpoint.Observed {
        Endpoint.Observed(
            nativeID: try columns.next(), addresses: try columns.next(), dnsNames: try columns.next(),
            connectionStatus: try columns.next(), nativeStatus: try columns.next(),
            hasBeenActive: try columns.next())
    }

    private static func intent(_ columns: inout Columns) throws -> CloudIntent? {
        let action: CloudAction? = try columns.next()
        let token: String? = try columns.next()
        guard let action, let token else { return nil }
        return CloudIntent(action: action, token: token)
    }

    private static func closing(_ columns: inout Columns) throws -> Endpoint.Closing? {
        let kind: Endpoint.Closing.Kind? = try columns.next()
        let author: String? = try columns.next()
        let reason: String? = try columns.next()
        let instant: Timestamp? = try columns.next()
        guard let kind, let author, let reason, let instant else { return nil }
        return Endpoint.Closing(kind: kind, by: author, reason: reason, at: instant)
    }
}
