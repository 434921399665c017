import ArgumentParser

/// Private endpoints between teams' networks, with a record of who let whom in.
@main struct Postern: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Private endpoints between teams' networks, with a record of who let whom in.",
        discussion: """
            Every setting has one name in three spellings: --data-dir, POSTERN_DATA_DIR in the environment, and data_dir \
            in the file given with --config. Flags win over the environment, and the environment over the file.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, BackupCommand.self, VerifyLogCommand.self, TokenCommand.self,
        ])
}

enum Version {
    static let number = "0.1.0"
    static let text = "postern \(number)"
}
