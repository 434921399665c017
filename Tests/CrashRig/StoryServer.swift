import Connectivity
import ControlPlane
import Foundation
import Logging
import Persistence

/// The real graph: the store on a file, the use cases, the reconciler. Between them and what outlives the process
/// stands the count of the calls.
struct StoryServer: Sendable {
    let store: any Store
    let clock: StoryClock
    let useCases: UseCases
    let reconciler: Reconciler
    let calls: CrashSequence
    private let database: SQLiteStore

    init(_ order: Order, port: Port) async throws {
        let logger = Logger(label: "crash-rig", factory: { _ in SwiftLogNoOpLogHandler() })
        database = try SQLiteStore(path: order.database, logger: logger)
        try await Self.requireNoLease(in: database)
        if order.forgetsIntents { try await Self.dropIntents(in: database) }
        let last = try await database.read { reader in
            let head = try reader.eventHead()
            return try reader.events(EventQuery(audience: .everything), Page(limit: 1, after: head.sequence - 1)).first
        }
        clock = StoryClock(after: last?.at)
        calls = CrashSequence(order.death)
        store = CrashingStore(store: database, calls: calls)
        let backend: any CloudBackend =
            if let environment = order.environment {
                try DirectBackend.make(order.stage.provider, environment: environment, calls: calls)
            } else {
                CrashingBackend(backend: DistantBackend(port: port), calls: calls)
            }
        let wake = WakeSignal()
        let environment = clock.environment
        useCases = UseCases(environment: environment, wake: wake, providers: [order.stage.provider])
        // One thing at a time, so that the same call has the same number in every run. A lease outlasts the story.
        reconciler = Reconciler(
            store: store, backends: [order.stage.provider: backend], useCases: useCases, environment: environment,
            settings: ReconcilerSettings(concurrency: 1, leaseDuration: .seconds(86_400)), wake: wake,
            instance: UUID().uuidString, logger: logger)
    }

    func close() { database.close() }

    /// What the dead process had in hand is free again: nobody waits for its leases to run out.
    private static func requireNoLease(in store: SQLiteStore) async throws {
        let isHeld = try await store.read { reader in
            let endpoints = try reader.endpoints(EndpointQuery(audience: .everything), Page(limit: .max))
            let services = try reader.services(ServiceQuery(audience: .everything), Page(limit: .max))
            let accounts = try reader.accounts(AccountQuery(audience: .everything), Page(limit: .max))
            let schedules = endpoints.map(\.schedule) + services.map(\.schedule) + accounts.map(\.schedule)
            return schedules.contains { $0.lease != nil }
        }
        guard !isHeld else { throw Failure("a lease outlived its process") }
    }

    /// The sabotage: what was recorded of calls under way is lost with the process, as if it had been kept in memory.
    private static func dropIntents(in store: SQLiteStore) async throws {
        try await store.write { transaction in
            for var endpoint in try transaction.endpoints(EndpointQuery(audience: .everything), Page(limit: .max))
            where endpoint.intent != nil || !endpoint.unseenCalls.isEmpty {
                endpoint.intent = nil
                endpoint.unseenCalls = []
                endpoint.revision += 1
                try transaction.update(endpoint)
            }
        }
    }
}
