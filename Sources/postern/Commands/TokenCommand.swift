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
                let store = try open(settings)
                let missing = try await store.read { reader in
                    try issue.teams.indices.filter { try !Self.isThere(issue.teams[$0], in: reader) }
                }
                if let first = missing.first { throw OperatorFault("--team: there is no team '\(team[first])'") }
                _ = try await store.write { transaction in
                    try Tokens(environment: environment).issueAtServer(issue, in: transaction)
                }
                store.close()
                StandardStream.output.write(secret.text + "\n")
            }
        }

        /// The database beside a running server; made first where there has been none yet.
        private func open(_ settings: Settings) throws -> SQLiteStore {
            let logger = Logs.logger(settings.log)
            do {
                return try SQLiteStore.openBesideServer(path: settings.databasePath, logger: logger)
            } catch StoreOpenError.missing, StoreOpenError.outdated {
                FileDescriptor.makeFilesPrivate()
                _ = try DataDirectory.make(settings.dataDirectory)
                try SQLiteStore.migrate(path: settings.databasePath)
                return try SQLiteStore.openBesideServer(path: settings.databasePath, logger: logger)
            }
        }

        private static func isThere(_ team: Reference<Team>, in reader: any StoreReader) throws -> Bool {
            switch team {
            case .id(let id): try reader.find(id) != nil
            case .name(let name): try reader.findTeam(named: name) != nil
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
