import Connectivity
import ControlPlane

private enum NetworkTable {
    static let text = TableText(
        "network",
        columns: """
            id, account_id, name, native_id, region, ranges, subnets, source, observed_at, created_at, updated_at, revision
            """, count: 12)

    static func decode(_ columns: inout Columns) throws -> Network {
        Network(
            id: try columns.next(), accountID: try columns.next(), name: try columns.next(),
            nativeID: try columns.next(), region: try columns.next(), ranges: try columns.next(),
            subnets: try columns.next(), source: try columns.next(), observedAt: try columns.next(),
            createdAt: try columns.next(), updatedAt: try columns.next(), revision: try columns.next())
    }
}

extension SQLiteReading {
    func find(_ id: ID<Network>) throws -> Network? {
        func load() throws -> Network? {
            try session.first(NetworkTable.text.findByID, [id], NetworkTable.decode)
        }
        return try session.cache?.network(id, load) ?? load()
    }

    func networks(of account: ID<CloudAccount>) throws -> [Network] {
        func load() throws -> [Network] {
            try session.rows(
                "SELECT \(NetworkTable.text.columns) FROM network WHERE account_id = $1 ORDER BY id", [account],
                NetworkTable.decode)
        }
        return try session.cache?.networks(of: account, load) ?? load()
    }

    func networks(_ query: NetworkQuery, _ page: Page<ID<Network>>) throws -> [Network] {
        var filters: [Condition] = []
        let branches: [KeysetList<ID<Network>>.Branch]
        if let account = query.account {
            branches = [.init("network_by_account", Condition("account_id = ?", account))]
            if case .teams(let teams) = query.audience {
                filters.append(.anyOf("account_team_id", in: teams.sorted()))
            }
        } else {
            branches = query.audience.branches(index: "network_by_team", column: "account_team_id")
        }
        return try KeysetList.newestFirst("network", page, branches: branches, filters: filters)
            .records(in: session, columns: NetworkTable.text.columns, NetworkTable.decode) { try find($0) }
    }

    func isUsed(_ network: ID<Network>) throws -> Bool {
        try session.exists("SELECT 1 FROM endpoint_request WHERE network_id = $1 LIMIT 1", [network])
    }
}

extension SQLiteTransaction {
    func insert(_ network: Network) throws {
        session.cache?.forget(network.id)
        try session.run(
            """
            INSERT INTO network (\(NetworkTable.text.columns), account_team_id)
            VALUES (\(TableText.places(12)), (SELECT team_id FROM cloud_account WHERE id = $2))
            """,
            [
                network.id, network.accountID, network.name, network.nativeID, network.region, network.ranges,
                network.subnets, network.source, network.observedAt, network.createdAt, network.updatedAt,
                network.revision,
            ])
    }

    func update(_ network: Network) throws {
        session.cache?.forget(network.id)
        try changeOne(
            """
            UPDATE network SET name = $1, region = $2, ranges = $3, subnets = $4, observed_at = $5, updated_at = $6,
                revision = $7
            WHERE id = $8 AND revision = $9
            """,
            [
                network.name, network.region, network.ranges, network.subnets, network.observedAt, network.updatedAt,
                network.revision, network.id, network.revision - 1,
            ])
    }

    func remove(_ network: ID<Network>) throws {
        session.cache?.forget(network)
        try changeOne("DELETE FROM network WHERE id = $1", [network])
    }
}
