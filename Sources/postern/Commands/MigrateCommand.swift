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
            FileDescriptor.makeFilesPrivate()
            _ = try DataDirectory.make(settings.dataDirectory)
            let (found, now) = try SQLiteStore.migrate(path: settings.databasePath)
            let outcome =
                switch found {
                case 0: "was made, at version \(now)"
                case now: "is at version \(now) already"
                default: "is at version \(now) now, and was at \(found)"
                }
            StandardStream.error.write("postern: \(settings.databasePath) \(outcome)\n")
        }
    }
}
