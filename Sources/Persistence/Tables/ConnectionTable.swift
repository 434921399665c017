import Connectivity
import ControlPlane

private enum ConnectionTable {
    static let columns = """
        native_id, account_native_id, network_native_id, status, native_status, is_serving, endpoint_id, \
        first_seen_at, last_seen_at
        """

    static func decode(_ columns: inout Columns) throws -> ConnectionSighting {
        ConnectionSighting(
            connection: Connection(
                nativeID: try columns.next(), accountNativeID: try columns.next(),
                networkNativeID: try columns.next(), status: try columns.next(), nativeStatus: try columns.next(),
                isServing: try columns.next()),
            endpointID: try columns.next(), firstSeenAt: try columns.next(), lastSeenAt: try columns.next())
    }
}

extension SQLiteReading {
    func connections(
        of service: ID<PublishedService>, requested: Bool?, _ page: Page<String>
    ) throws -> [ConnectionSighting] {
        let filter =
            switch requested {
            case nil: ""
            case true?: "AND endpoint_id IS NOT NULL"
            case false?: "AND endpoint_id IS NULL"
            }
        return try session.rows(
            """
            SELECT \(ConnectionTable.columns) FROM connection WHERE service_id = $1 AND native_id > $2 \(filter)
            ORDER BY native_id LIMIT $3
            """,
            [service, page.after ?? "", page.limit], ConnectionTable.decode)
    }
}

extension SQLiteTransaction {
    func replaceConnections(of service: ID<PublishedService>, with sightings: [ConnectionSighting]) throws {
        try session.run("DELETE FROM connection WHERE service_id = $1", [service])
        for sighting in sightings {
            let connection = sighting.connection
            // A cloud that lists an endpoint twice means the later one.
            try session.run(
                """
                INSERT INTO connection (\(ConnectionTable.columns), service_id) VALUES (\(TableText.places(10)))
                ON CONFLICT (service_id, native_id) DO UPDATE SET account_native_id = excluded.account_native_id,
                    network_native_id = excluded.network_native_id, status = excluded.status,
                    native_status = excluded.native_status, is_serving = excluded.is_serving,
                    endpoint_id = excluded.endpoint_id, first_seen_at = excluded.first_seen_at,
                    last_seen_at = excluded.last_seen_at
                """,
                [
                    connection.nativeID, connection.accountNativeID, connection.networkNativeID, connection.status,
                    connection.nativeStatus, connection.isServing, sighting.endpointID, sighting.firstSeenAt,
                    sighting.lastSeenAt, service,
                ])
        }
    }
}
