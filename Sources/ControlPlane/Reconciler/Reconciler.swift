public import Connectivity
public import Logging
public import ServiceLifecycle
import Synchronization

/// Makes the clouds agree with what is desired, and keeps it so. It is woken, and it looks by period; restart, wake and
/// period are one path, and only the store holds what there is to do.
public final class Reconciler: Service {
    private let store: any Store
    private let environment: Environment
    private let settings: ReconcilerSettings
    private let wake: WakeSignal
    private let logger: Logger
    private let workplace: Workplace
    private let expiry: Expiry
    private let state = Mutex(State())

    private struct State {
        /// What is being worked on, by its id: a lease that runs out under a slow cloud does not begin it a second time.
        var inFlight: Set<String> = []
        var lastPassAt: Timestamp?
    }

    /// - Parameters:
    ///   - backends: the clouds that this server drives.
    ///   - instance: names this process in the leases it takes; different for every process.
    public init(
        store: any Store, backends: [CloudProvider: any CloudBackend], useCases: UseCases, environment: Environment,
        settings: ReconcilerSettings, wake: WakeSignal, instance: String, logger: Logger
    ) {
        self.store = store
        self.environment = environment
        self.settings = settings
        self.wake = wake
        self.logger = logger
        workplace = Workplace(
            store: store, backends: backends, requests: useCases.requests, environment: environment,
            settings: settings, instance: instance, logger: logger)
        expiry = Expiry(
            store: store, requests: useCases.requests, endpoints: useCases.endpoints, environment: environment)
    }

    /// Works until the task is cancelled or the server shuts down gracefully: then every step that was begun is
    /// finished and recorded, and no other is begun.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.tick() }
                for await _ in wake.wakes.cancelOnGracefulShutdown() {
                    for work in await dueWork() { group.addTask { await self.perform(work) } }
                }
            }
        } onGracefulShutdown: {
            self.workplace.stop()
        }
    }

    /// Whether the reconciler has looked at the store lately.
    public func isAlive(at instant: Timestamp) -> Bool {
        guard let last = state.withLock({ $0.lastPassAt }) else { return false }
        return instant.since(last) < max(settings.period * 10, .seconds(5))
    }

    /// Does everything that is due now, until nothing is: for tests and tools, instead of `run`.
    public func runUntilSettled() async {
        var work = await dueWork()
        while !work.isEmpty {
            await withDiscardingTaskGroup { [work] group in
                for item in work { group.addTask { await self.perform(item) } }
            }
            work = await dueWork()
        }
    }

    private func tick() async {
        while !workplace.isStopping, !Task.isCancelled {
            wake.wake()
            // Woken early only by cancellation, which ends the loop.
            try? await ContinuousClock().sleep(for: settings.period)
        }
    }

    private enum Work: Sendable {
        case endpoint(ID<Endpoint>)
        case service(ID<PublishedService>)
        case account(ID<CloudAccount>)

        var id: String {
            switch self {
            case .endpoint(let id): id.text
            case .service(let id): id.text
            case .account(let id): id.text
            }
        }
    }

    /// Claims as much due work as there are free hands. What has a time to end is ended even if there are none.
    private func dueWork() async -> [Work] {
        do {
            try await expiry.run()
            let now = environment.now()
            let free = settings.concurrency - state.withLock { $0.inFlight.count }
            guard free > 0 else {
                state.withLock { $0.lastPassAt = now }
                return []
            }
            let lease = workplace.lease(from: now)
            let claimed = try await store.write { transaction in
                var work: [Work] = try transaction.claimDueEndpoints(at: now, lease: lease, limit: free)
                    .map { .endpoint($0.id) }
                work += try transaction.claimDueServices(at: now, lease: lease, limit: free - work.count)
                    .map { .service($0.id) }
                work += try transaction.claimDueAccounts(at: now, lease: lease, limit: free - work.count)
                    .map { .account($0.id) }
                return work
            }
            // Only now: a pass that cannot read what is due is none.
            state.withLock { $0.lastPassAt = now }
            return state.withLock { state in claimed.filter { state.inFlight.insert($0.id).inserted } }
        } catch StoreError.damaged {
            // Told once, by the store.
            return []
        } catch {
            logger.error("The reconciler cannot read what is due.", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func perform(_ work: Work) async {
        do {
            switch work {
            case .endpoint(let endpoint): try await EndpointReconciliation(workplace).run(endpoint)
            case .service(let service): try await ServiceReconciliation(workplace).run(service)
            case .account(let account): try await NetworkDiscovery(workplace).run(account)
            }
        } catch StoreError.damaged {
            // Told once, by the store.
        } catch {
            // Only the store throws here. The lease runs out, and the work is taken up again from what was recorded.
            logger.error("A reconciliation could not be recorded.", metadata: ["error": "\(error)"])
        }
        state.withLock { _ = $0.inFlight.remove(work.id) }
        wake.wake()
    }
}
