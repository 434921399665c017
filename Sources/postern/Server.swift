import Connectivity
import ControlPlane
import FoundationEssentials
import HTTPAPI
import Logging
import Persistence
import ServiceLifecycle
import UnixSignals

/// The whole server: wires the modules once, starts them in order, and stops them together.
struct Server {
    let settings: Settings
    let logger: Logger

    func run() async throws {
        try checkTLSFiles()
        let folder = try DataDirectory.make(settings.dataDirectory)
        let environment = Environment.system()
        let clouds = try Clouds(settings, environment: environment, logger: logger)
        logger.info("\(Version.text) starts", metadata: metadata(folder, clouds))

        let store = try await openStore()
        let wake = WakeSignal()
        let useCases = UseCases(environment: environment, wake: wake, providers: Set(clouds.backends.keys))
        let reconciler = Reconciler(
            store: store, backends: clouds.backends, useCases: useCases, environment: environment,
            settings: ReconcilerSettings(), wake: wake, instance: UUID().uuidString, logger: logger)
        let watch = LogWatch(
            store: store, environment: environment, settings: LogWatchSettings(interval: settings.verifyLogInterval),
            logger: logger)
        let demo = try clouds.fake.map { _ in try Demo(store: store, useCases: useCases, folder: folder.path) }
        if let fake = clouds.fake {
            try await demo?.prepare(fake, reconciler, url: settings.port == 0 ? nil : url(settings.port))
        }
        let api = try API(
            store: store, useCases: useCases, environment: environment,
            readiness: readiness(store, reconciler, watch, environment), verification: { watch.verification },
            developmentCloud: clouds.fake, logger: logger)
        try await serve(api, reconciler, watch) { url in
            guard let demo else { return }
            try demo.note(url: url)
            if await becomesAlive(reconciler, environment) { demo.greet() }
        }
        await clouds.close()
        store.close()
        logger.info("\(Version.text) has stopped")
    }

    /// Before anything is begun, and by name: the TLS library tells only that it could not load one of them.
    private func checkTLSFiles() throws(OperatorFault) {
        guard let tls = settings.tls else { return }
        for (setting, path) in [(Setting.tlsCertificate, tls.certificate), (.tlsKey, tls.key)]
        where !FileManager.default.isReadableFile(atPath: path) {
            throw OperatorFault("\(setting.rawValue): \(path) cannot be read")
        }
    }

    /// A server that was killed a moment ago may hold the database until the system has cleared it away: that is waited
    /// for, but not for one that goes on.
    private func openStore() async throws -> SQLiteStore {
        let patience = ContinuousClock.now + .seconds(3)
        while true {
            do {
                return try SQLiteStore(
                    path: settings.databasePath, settings: SQLiteSettings(groupCommit: settings.groupCommit),
                    logger: logger)
            } catch StoreOpenError.inUse where ContinuousClock.now < patience {
                try await ContinuousClock().sleep(for: .milliseconds(50))
            }
        }
    }

    /// Waits for the reconciler's first look at the store; false if the server stops before.
    private func becomesAlive(_ reconciler: Reconciler, _ environment: Environment) async -> Bool {
        let life: Void? = try? await cancelWhenGracefulShutdown {
            while !reconciler.isAlive(at: environment.now()) {
                try await ContinuousClock().sleep(for: .milliseconds(10))
            }
        }
        return life != nil
    }

    private func readiness(
        _ store: SQLiteStore, _ reconciler: Reconciler, _ watch: LogWatch, _ environment: Environment
    ) -> [ReadinessCheck] {
        let probe = WriteProbe(store, logger: logger)
        return [
            ReadinessCheck("store") { await probe.objection() },
            ReadinessCheck("reconciler") {
                reconciler.isAlive(at: environment.now()) ? nil : "The reconciler has not looked at the store lately."
            },
            // People still have to decide.
            ReadinessCheck("event_log", isEssential: false) {
                watch.verification.state == .broken ? "The log of events is broken: see GET /v1/events/head." : nil
            },
        ]
    }

    /// - Parameter whenReady: is told the address once the server listens.
    private func serve(
        _ api: API, _ reconciler: Reconciler, _ watch: LogWatch,
        whenReady: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let listener = api.service(
            HTTPServerSettings(
                host: settings.host, port: settings.port,
                tls: settings.tls.map { .init(certificateChain: $0.certificate, privateKey: $0.key) },
                behindProxy: settings.isBehindProxy, limits: limits),
            onBound: { bound.yield($0) })
        let services = ListeningFirst(listener: listener, ports: ports, follower: reconciler) { port in
            let url = self.url(port)
            self.logger.info("Listening at \(url)")
            try await whenReady(url)
        }
        var configuration = ServiceGroupConfiguration(
            services: [services, watch], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Then the group cancels what still runs; the deadline ends what does not heed that.
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout * 4 / 5
        let deadline = StopDeadline(allowance: settings.shutdownTimeout, logger: logger)
        defer { withExtendedLifetime(deadline) {} }
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError {
            logger.warning("What still ran when the time to stop was over was cut off")
        }
    }

    /// A connection in the middle of something gets half of the time that a stop may take.
    private var limits: HTTPServerSettings.Limits {
        var limits = HTTPServerSettings.Limits()
        limits.shutdownDeadline = min(limits.shutdownDeadline, settings.shutdownTimeout / 2)
        return limits
    }

    private func metadata(_ folder: DataDirectory, _ clouds: Clouds) -> Logger.Metadata {
        [
            "address": "\(url(settings.port))", "data": "\(folder.path)", "clouds": "\(clouds.summary)",
            "dev": "\(settings.isDevelopment)",
        ]
    }

    private func url(_ port: Int) -> String {
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        return "\(settings.tls == nil ? "http" : "https")://\(host):\(port)"
    }
}
