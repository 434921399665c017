import Connectivity

extension Schedule {
    static let columns = "due_at, attempts, lease_owner, lease_expires_at"

    var values: [any SQLValue] { [dueAt, attempts, lease?.owner, lease?.expiresAt] }

    init(_ columns: inout Columns) throws {
        let dueAt: Timestamp? = try columns.next()
        let attempts: Int = try columns.next()
        let owner: String? = try columns.next()
        let expiresAt: Timestamp? = try columns.next()
        let lease: Lease? = if let owner, let expiresAt { Lease(owner: owner, expiresAt: expiresAt) } else { nil }
        self.init(dueAt: dueAt, attempts: attempts, lease: lease)
    }
}

extension SQLiteTransaction {
    /// What is due and not under a lease that lasts, longest due first.
    func due<Record>(
        in table: String, columns: String, at instant: Timestamp, limit: Int,
        _ decode: (inout Columns) throws -> Record
    ) throws -> [Record] {
        guard limit > 0 else { return [] }
        return try session.rows(
            """
            SELECT \(columns) FROM \(table)
            WHERE due_at <= $1 AND (lease_expires_at IS NULL OR lease_expires_at <= $1) ORDER BY due_at, id LIMIT $2
            """,
            [instant, limit], decode)
    }

    func lease<Subject>(_ id: ID<Subject>, in table: String, to lease: Schedule.Lease) throws {
        try changeOne(
            "UPDATE \(table) SET lease_owner = $1, lease_expires_at = $2 WHERE id = $3",
            [lease.owner, lease.expiresAt, id])
    }

    func reschedule<Subject>(_ id: ID<Subject>, in table: String, _ schedule: Schedule) throws {
        try changeOne(
            """
            UPDATE \(table) SET due_at = $1, attempts = $2, lease_owner = $3, lease_expires_at = $4 WHERE id = $5
            """,
            schedule.values + [id])
    }
}
