import Logging
import Synchronization

/// Whether the store has met something that is not what it wrote. That does not mend by itself, so that the first time is
/// told to the operator, and every other one is the same.
final class DamageReport: Sendable {
    private let first = Mutex<String?>(nil)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// What was met first, with what to do; nil: nothing so far.
    var reason: String? { first.withLock { $0 } }

    /// - Returns: this damage, with what to do.
    func note(_ detail: String) -> String {
        let reason = "the database is damaged: stop the server and restore the latest backup (\(detail))"
        let isFirst = first.withLock { first in
            defer { first = first ?? reason }
            return first == nil
        }
        if isFirst { logger.error("The store has met damage.", metadata: ["reason": "\(reason)"]) }
        return reason
    }
}
