import ArgumentParser
import Connectivity
import ControlPlane
import Persistence

/// Checks that no event was changed, removed, inserted or moved, whether a server uses the database or not.
struct VerifyLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-log",
        abstract: "Check that the log of events is as it was written, also while the server runs.",
        discussion: """
            Prints how many events there are, and the head: keep it where the server's machine cannot write, and give it \
            to the next check, which then also notices whether events are missing at the end. GET /v1/events/head tells \
            the same head. Exits with 2 and names the first bad event if the log does not hold, and with 1 if it cannot \
            be read.
            """)

    @OptionGroup var storage: StorageOptions

    @Option(help: "The database to check, such as a backup (default: the one in the data folder).", completion: .file())
    var database: String?

    @Option(help: "The head of an earlier check, SEQUENCE:HASH, which the log still has to contain.")
    var expect: String?

    func run() async throws {
        try await OperatorFault.reporting {
            let settings = try storage.settings()
            let expected = try expect.map(Self.head)
            let store = try SQLiteStore.openForReading(
                path: database ?? settings.databasePath, logger: Logs.logger(settings.log))
            defer { store.close() }
            let head = try await EventLogCheck(expecting: expected).run(on: store)
            StandardStream.output.write("\(head.sequence) events, head \(head.sequence):\(head.hash)\n")
        }
    }

    private static func head(_ raw: String) throws(OperatorFault) -> EventChain.Head {
        let parts = raw.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int(parts[0]), sequence >= 0, EventChain.isHash(String(parts[1]))
        else {
            throw OperatorFault(
                "--expect: '\(raw)' is no head: a number, a colon and 64 hexadecimal digits, as verify-log prints it",
                .validationFailure)
        }
        return EventChain.Head(sequence: sequence, hash: String(parts[1]))
    }
}
