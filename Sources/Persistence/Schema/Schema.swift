import GRDB

/// The tables, as migrations that are only ever added to. How many of them a database has seen is its `user_version`.
enum Schema {
    static let migrations = [migration1, migration2]

    static var newestVersion: Int { migrations.count }
    /// Marks a SQLite file as Postern's: the letters `PSTN`.
    static let applicationID = 0x5053_544E

    static func version(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    static func applicationID(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    }

    /// Brings the tables to a version, each step whole or not at all.
    static func migrate(_ database: Database, to version: Int = newestVersion) throws {
        for (index, migration) in migrations.prefix(version).enumerated().dropFirst(try self.version(of: database)) {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migration)
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }

    /// Every statement that made the tables, in the order of names: what `schema.sql` holds.
    static func dump(_ database: Database) throws -> String {
        let statements = try String.fetchAll(
            database,
            sql: """
                SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name
                """)
        return statements.map { "\($0);\n" }.joined()
    }
}
