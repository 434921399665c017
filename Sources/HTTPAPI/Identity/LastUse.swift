import Connectivity
import ControlPlane
import Logging
import Synchronization

/// Notes when tokens were last used: at most once a minute for each, and never on a request's path.
final class LastUse: Sendable {
    private struct Use: Sendable {
        let token: ID<AccessToken>
        let instant: Timestamp
    }

    private let store: any Store
    private let logger: Logger
    private let noted = Mutex<[ID<AccessToken>: Timestamp]>([:])
    private let uses: AsyncStream<Use>
    private let continuation: AsyncStream<Use>.Continuation

    init(store: any Store, logger: Logger) {
        self.store = store
        self.logger = logger
        (uses, continuation) = AsyncStream.makeStream(of: Use.self, bufferingPolicy: .bufferingNewest(1000))
    }

    func note(_ token: AccessToken, at instant: Timestamp) {
        let isNews = noted.withLock { noted in
            let last = [noted[token.id], token.lastUsedAt].compactMap { $0 }.max()
            if let last, instant.since(last) < Self.interval { return false }
            // What is forgotten here is still known to the store.
            if noted.count >= Self.most { noted.removeAll() }
            noted[token.id] = instant
            return true
        }
        if isNews { continuation.yield(Use(token: token.id, instant: instant)) }
    }

    /// Writes down what is noted, until cancelled.
    func run() async {
        for await use in uses {
            do {
                try await store.write { try $0.touch(use.token, at: use.instant) }
            } catch {
                logger.warning("The last use of a token was not noted.", metadata: ["error": "\(error)"])
            }
        }
    }

    private static let interval = Duration.seconds(60)
    private static let most = 10_000
}
