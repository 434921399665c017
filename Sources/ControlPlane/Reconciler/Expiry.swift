import Connectivity
import Synchronization

/// Ends what has a time to end: requests that nobody decided, endpoints whose lifetime is over, stored replies.
final class Expiry: Sendable {
    private static let replyLifetime: Duration = .seconds(86_400)
    private static let pruningPeriod: Duration = .seconds(3600)
    private static let batch = 100

    private let store: any Store
    private let requests: EndpointRequests
    private let endpoints: Endpoints
    private let environment: Environment
    private let lastPruning = Mutex<Timestamp?>(nil)

    init(store: any Store, requests: EndpointRequests, endpoints: Endpoints, environment: Environment) {
        self.store = store
        self.requests = requests
        self.endpoints = endpoints
        self.environment = environment
    }

    /// Ends everything that is overdue now.
    func run() async throws {
        let now = environment.now()
        while try await isSomethingOverdue(at: now) {
            try await store.write { [requests, endpoints] transaction in
                try requests.expireOverdue(limit: Self.batch, in: transaction)
                try endpoints.expireOverdue(limit: Self.batch, in: transaction)
            }
        }
        try await pruneReplies(at: now)
    }

    private func pruneReplies(at now: Timestamp) async throws {
        let isDue = lastPruning.withLock { last in
            if let last, now.since(last) < Self.pruningPeriod { return false }
            last = now
            return true
        }
        guard isDue else { return }
        try await store.write { try $0.removeReplies(createdBefore: now - Self.replyLifetime) }
    }

    private func isSomethingOverdue(at now: Timestamp) async throws -> Bool {
        try await store.read { reader in
            try !reader.requests(expiredAt: now, limit: 1).isEmpty
                || !reader.endpoints(expiredAt: now, limit: 1).isEmpty
        }
    }
}
