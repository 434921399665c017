import ArgumentParser
import Persistence

/// Copies the database, whether a server uses it or not.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database to a new file, also while the server runs.",
        discussion: """
            To restore, stop the server, remove postern.db-wal and postern.db-shm from the data folder, and put the copy \
            there as postern.db.
            """)

    @OptionGroup var storage: StorageOptions

    @Argument(help: "The file to make; it must not exist.", completion: .file())
    var file: String

    func run() async throws {
        try await OperatorFault.reporting {
            let settings = try storage.settings()
            FileDescriptor.makeFilesPrivate()
            let stop = BackupStop()
            let interruption = Interruption { stop.giveUp() }
            defer { withExtendedLifetime(interruption) {} }
            try SQLiteStore.backup(from: settings.databasePath, to: file, stop: stop)
        }
    }
}
