import ControlPlane
import Foundation
import GRDB
import Testing

@testable import Persistence

@Suite struct SchemaTests {
    private static let committed = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/Persistence/schema.sql").standardizedFileURL

    /// `POSTERN_WRITE_SCHEMA=1` writes the file instead: then look at the difference before it is committed.
    @Test func committedSchemaIsTheMigratedOne() throws {
        let migrated = try DatabaseQueue().writeWithoutTransaction { database in
            try Schema.migrate(database)
            return try Schema.dump(database)
        }
        if ProcessInfo.processInfo.environment["POSTERN_WRITE_SCHEMA"] == "1" {
            try migrated.write(to: Self.committed, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.committed, encoding: .utf8) == migrated)
    }

    @Test func migratingTwiceChangesNothing() throws {
        try DatabaseQueue().writeWithoutTransaction { database in
            try Schema.migrate(database)
            let once = try Schema.dump(database)
            try Schema.migrate(database)
            #expect(try Schema.dump(database) == once)
            #expect(try Schema.version(of: database) == Schema.newestVersion)
        }
    }

    @Test func callsUnderWayAreKeptByTheMigration() throws {
        try DatabaseQueue().writeWithoutTransaction { database in
            try database.execute(sql: Schema.migration1)
            try database.execute(sql: "PRAGMA user_version = 1; PRAGMA foreign_keys = OFF")
            for (id, action) in [("ep_1", "create_endpoint"), ("ep_2", "delete_endpoint"), ("ep_3", nil)] {
                try database.execute(
                    sql: """
                        INSERT INTO endpoint (
                            id, request_id, service_id, producer_team_id, consumer_team_id, account_id, mode,
                            additional_subnets, security_groups, private_dns, global_access, desired, phase, addresses,
                            dns_names, has_been_active, intent_action, intent_token, calls_begun, attempts, created_at,
                            updated_at, revision
                        ) VALUES (
                            ?, '', '', '', '', '', 'managed', '[]', '[]', 0, 0, 'present', 'creating', '[]', '[]', 0,
                            ?, ?, 1, 0, 0, 0, 1
                        )
                        """, arguments: [id, action, action.map { _ in "t" }])
            }
            try Schema.migrate(database)
            let unseen = try String.fetchAll(database, sql: "SELECT unseen_calls FROM endpoint ORDER BY id")
            #expect(unseen == [#"["create_endpoint"]"#, "[]", "[]"])
        }
    }

    @Test func everyTableIsStrict() throws {
        try DatabaseQueue().writeWithoutTransaction { database in
            try Schema.migrate(database)
            let loose = try String.fetchAll(
                database,
                sql: "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0")
            #expect(loose == ["sqlite_schema"])
        }
    }

    @Test func commitsAreDurable() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let (mode, synchronous) = try await store.inspect { session in
                (
                    try session.first("PRAGMA journal_mode", []) { try $0.next(String.self) },
                    try session.first("PRAGMA synchronous", []) { try $0.next(Int.self) }
                )
            }
            #expect(mode == "wal")
            #expect(synchronous == 2)
        }
    }

    @Test func anEventIsNeverRewritten() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            for sql in ["UPDATE event SET kind = 'x'", "DELETE FROM event"] {
                await #expect(throws: StoreError.self) {
                    try await store.inspect { session in
                        try session.run(
                            """
                            INSERT INTO event (sequence, id, kind, at, actor_kind, actor_subject, detail)
                            VALUES (1, 'e', 'k', 1, 'user', 'ada', '{}')
                            """)
                        try session.run(sql)
                    }
                }
            }
        }
    }
}

extension SQLiteStore {
    /// Runs SQL as a transaction of the store's own writer.
    func inspect<Value: Sendable>(_ body: @escaping @Sendable (Session) throws -> Value) async throws -> Value {
        try await write { transaction in
            let transaction = try #require(transaction as? SQLiteTransaction)
            return try body(transaction.session)
        }
    }
}
