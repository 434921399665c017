import Connectivity
import ControlPlane

private enum CloudAccountTable {
    static let text = TableText(
        "cloud_account",
        columns: """
            id, name, team_id, provider, native_id, access_identity, access_external_id, access_regions, description, \
            networks_observed_at, last_error, \(Schedule.columns), created_at, updated_at, revision
            """, count: 18)

    static func decode(_ columns: inout Columns) throws -> CloudAccount {
        CloudAccount(
            id: try columns.next(), name: try columns.next(), teamID: try columns.next(),
            provider: try columns.next(), nativeID: try columns.next(),
            access: CloudAccess(
                identity: try columns.next(), externalID: try columns.next(), regions: try columns.next()),
            description: try columns.next(), networksObservedAt: try columns.next(), lastError: try columns.next(),
            schedule: try Schedule(&columns), createdAt: try columns.next(), updatedAt: try columns.next(),
            revision: try columns.next())
    }
}

extension SQLiteReading {
    func find(_ id: ID<CloudAccount>) throws -> CloudAccount? {
        func load() throws -> CloudAccount? { try findAccount("id = $1", [id]) }
        return try session.cache?.account(id, load) ?? load()
    }

    func findAccount(named name: ResourceName) throws -> CloudAccount? { try findAccount("name = $1", [name]) }

    func findAccount(provider: CloudProvider, nativeID: String) throws -> CloudAccount? {
        try findAccount("provider = $1 AND native_id = $2", [provider, nativeID])
    }

    private func findAccount(_ condition: String, _ values: [any SQLValue]) throws -> CloudAccount? {
        try session.first(
            "SELECT \(CloudAccountTable.text.columns) FROM cloud_account WHERE \(condition)", values,
            CloudAccountTable.decode)
    }

    func accounts(_ query: AccountQuery, _ page: Page<ID<CloudAccount>>) throws -> [CloudAccount] {
        var filters = query.provider.map { [Condition("provider = ?", $0)] } ?? []
        let branches: [KeysetList<ID<CloudAccount>>.Branch] = query.audience.branches(
            of: query.team, index: "cloud_account_by_team", column: "team_id")
        if query.team != nil, case .teams(let teams) = query.audience {
            filters.append(.anyOf("team_id", in: teams.sorted()))
        }
        return try KeysetList.newestFirst("cloud_account", page, branches: branches, filters: filters)
            .records(in: session, columns: CloudAccountTable.text.columns, CloudAccountTable.decode) { try find($0) }
    }
}

extension SQLiteTransaction {
    func insert(_ account: CloudAccount) throws {
        try session.run(
            CloudAccountTable.text.insert,
            [
                account.id, account.name, account.teamID, account.provider, account.nativeID, account.access.identity,
                account.access.externalID, account.access.regions, account.description, account.networksObservedAt,
                account.lastError,
            ] + account.schedule.values + [account.createdAt, account.updatedAt, account.revision])
    }

    func update(_ account: CloudAccount) throws {
        let before = try find(account.id)
        session.cache?.forget(account.id)
        try changeOne(
            """
            UPDATE cloud_account SET team_id = $1, access_identity = $2, access_external_id = $3, access_regions = $4,
                description = $5, networks_observed_at = $6, last_error = $7, due_at = $8, attempts = $9,
                lease_owner = $10, lease_expires_at = $11, updated_at = $12, revision = $13
            WHERE id = $14 AND revision = $15
            """,
            [
                account.teamID, account.access.identity, account.access.externalID, account.access.regions,
                account.description, account.networksObservedAt, account.lastError,
            ] + account.schedule.values
                + [account.updatedAt, account.revision, account.id, account.revision - 1])
        if before?.teamID != account.teamID {
            // The list of a team's networks is read by this column.
            try session.run(
                "UPDATE network SET account_team_id = $1 WHERE account_id = $2", [account.teamID, account.id])
        }
    }

    func claimDueAccounts(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [CloudAccount] {
        let due = try due(
            in: "cloud_account", columns: CloudAccountTable.text.columns, at: instant, limit: limit,
            CloudAccountTable.decode)
        return try due.map { account in
            session.cache?.forget(account.id)
            try self.lease(account.id, in: "cloud_account", to: lease)
            var claimed = account
            claimed.schedule.lease = lease
            return claimed
        }
    }

    func reschedule(_ account: ID<CloudAccount>, _ schedule: Schedule) throws {
        session.cache?.forget(account)
        try reschedule(account, in: "cloud_account", schedule)
    }
}
