import Connectivity
import Logging
import Synchronization

/// What every kind of reconciliation works with.
final class Workplace: Sendable {
    let store: any Store
    let backends: [CloudProvider: any CloudBackend]
    let requests: EndpointRequests
    let environment: Environment
    let settings: ReconcilerSettings
    let logger: Logger
    /// Changes of one service's accept list come one after another: each sees what the one before left.
    let acceptLists = SerialGate<ID<PublishedService>>()
    private let instance: String
    private let stopping = Mutex(false)

    init(
        store: any Store, backends: [CloudProvider: any CloudBackend], requests: EndpointRequests,
        environment: Environment, settings: ReconcilerSettings, instance: String, logger: Logger
    ) {
        self.store = store
        self.backends = backends
        self.requests = requests
        self.environment = environment
        self.settings = settings
        self.instance = instance
        self.logger = logger
    }

    var events: EventRecorder { EventRecorder(environment: environment) }
    /// Whether the server is going down: no further step is begun.
    var isStopping: Bool { stopping.withLock { $0 } }

    func stop() { stopping.withLock { $0 = true } }

    func lease(from now: Timestamp) -> Schedule.Lease {
        Schedule.Lease(owner: instance, expiresAt: now + settings.leaseDuration)
    }

    /// Whether `schedule` is still this process's to work on.
    func holds(_ schedule: Schedule) -> Bool { schedule.lease?.owner == instance }

    /// - Throws: `CloudError` if this server has no backend for the cloud.
    func backend(for provider: CloudProvider) throws(CloudError) -> any CloudBackend {
        guard let backend = backends[provider] else {
            throw CloudError(kind: .denied, message: "This server has no backend for \(provider.product).")
        }
        return backend
    }

    func delay(_ schedule: RetrySchedule, afterAttempts attempts: Int) -> Duration {
        schedule.delay(afterAttempts: attempts, jitter: environment.jitter())
    }
}
