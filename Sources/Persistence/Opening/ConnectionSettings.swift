import GRDB

/// How each of a store's connections is set up.
enum ConnectionSettings {
    /// Another process may write too (`postern token create`); its transactions are short.
    static let busyTimeout: Duration = .seconds(30)

    static func writer(cache kibibytes: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "postern.writer"
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA journal_size_limit = \(SQLiteSettings().largestLog * Checkpointer.frameSize);
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -\(kibibytes);
                    """)
        }
        return configuration
    }

    static func reader(cache kibibytes: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "postern.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -\(kibibytes);")
        }
        return configuration
    }

    static func checkpointer() -> Configuration {
        var configuration = Configuration()
        configuration.label = "postern.checkpointer"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -64;")
        }
        return configuration
    }
}
