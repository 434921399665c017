import ControlPlane
import Logging
import Persistence

/// Whether the store takes writes, asked of the disk at most once a second: anybody may ask a probe, and each answer
/// would be a write.
actor WriteProbe {
    private static let lifetime: Duration = .seconds(1)
    private static let damaged = "The database is damaged: restore the latest backup; the log says more."

    private let store: SQLiteStore
    private let logger: Logger
    private var last: (at: ContinuousClock.Instant, objection: String?)?

    init(_ store: SQLiteStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func objection() async -> String? {
        // Not where it stands: anybody may ask.
        if let file = store.movedFile?.split(separator: "/").last {
            return "\(file) was removed or replaced while the server uses it: nothing is written until that is mended."
        }
        if let last, last.at.duration(to: .now) < Self.lifetime { return last.objection }
        let objection = await ask()
        last = (.now, objection)
        return objection
    }

    private func ask() async -> String? {
        // What a probe writes is a row of its own, and says nothing of the rest.
        guard store.damage == nil else { return Self.damaged }
        do {
            try await store.checkWritable()
            return nil
        } catch StoreError.damaged {
            return Self.damaged
        } catch {
            logger.error("The store cannot be written", metadata: ["error": "\(error)"])
            return "The store cannot be written now; the log says why."
        }
    }
}
