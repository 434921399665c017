import ArgumentParser
import Persistence

/// Brings the database up to this version's schema, as `serve` does when it starts.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make the database, or bring it up to this version, without serving.")

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        try await OperatorFault.reporting {
            let settings = try storage.settings()
            _ = try DataDirectory.make(settings.dataDirectory)
            try SQLiteStore.migrate(path: settings.databasePath)
        }
    }
}
