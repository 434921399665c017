import ArgumentParser

/// Serves the API, and makes the clouds agree with what was decided.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the API, and make the clouds agree with what was decided.",
        discussion: """
            Stops on SIGTERM and SIGINT: requests in flight are answered, and what was begun in a cloud is finished and \
            recorded.
            """)

    @OptionGroup var storage: StorageOptions
    @OptionGroup var serving: ServingOptions

    func run() async throws {
        try await OperatorFault.reporting {
            let settings = try storage.settings(adding: serving.flags)
            FileDescriptor.makeFilesPrivate()
            try await Server(settings: settings, logger: Logs.logger(settings.log)).run()
        }
    }
}
