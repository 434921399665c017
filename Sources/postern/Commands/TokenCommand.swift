import ArgumentParser
import Connectivity
import ControlPlane
import HTTPAPI
import Persistence

/// What is done with tokens at the server's own machine.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make tokens at the server's own machine.", subcommands: [Create.self])

    /// Makes a token without needing one: this is where the first admin comes from.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a token, and print its secret: the only time it is shown.")

        @OptionGroup var storage: StorageOptions

        @Flag(help: "May do everything.")
        var admin = false

        @Flag(help: "May read everything.")
        var auditor = false

        @Option(help: "Who acts by this token, as the log will show it (default: admin or auditor, as its role is).")
        var subject: String?

        @Option(help: "A team that it speaks for, by name or id; may be given again.")
        var team: [String] = []

        @Option(help: "Days until it expires (default: never).")
        var expiresInDays: Int?

        @Option(help: "What it is for.")
        var description: String?

        func run() async throws {
            try await OperatorFault.reporting {
                let settings = try storage.settings()
                let secret = BearerSecret()
                let environment = Environment.system()
                let issue = try issue(digest: secret.digest, at: environment.now())
                _ = try DataDirectory.make(settings.dataDirectory)
                let store = try SQLiteStore(path: settings.databasePath, logger: Logs.logger(settings.log))
                _ = try await store.write { transaction in
                    try Tokens(environment: environment).issueAtServer(issue, in: transaction)
                }
                try store.close()
                StandardStream.output.write(secret.text + "\n")
            }
        }

        private func issue(digest: String, at now: Timestamp) throws -> Tokens.Issue {
            let roles = Set<AccessToken.Role>((admin ? [.admin] : []) + (auditor ? [.auditor] : []))
            let teams = try team.map { raw in
                guard let reference = Reference<Team>(raw) else {
                    throw OperatorFault("--team: '\(raw)' is neither a team's name nor its id", .validationFailure)
                }
                return reference
            }
            guard !roles.isEmpty || !teams.isEmpty else {
                throw OperatorFault("say what the token may do: --admin, --auditor or --team NAME", .validationFailure)
            }
            guard let subject = subject ?? (admin ? "admin" : auditor ? "auditor" : nil),
                (1...200).contains(subject.count)
            else { throw OperatorFault("--subject NAME is missing: who acts by this token", .validationFailure) }
            if let days = expiresInDays, !(1...3650).contains(days) {
                throw OperatorFault("--expires-in-days: '\(days)' is not a number from 1 to 3650", .validationFailure)
            }
            return Tokens.Issue(
                subject: subject, teams: teams, roles: roles, description: description,
                expiresAt: expiresInDays.map { now + .seconds($0 * 86_400) }, digest: digest)
        }
    }
}
