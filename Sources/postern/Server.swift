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
        let folder = try DataDirectory.make(settings.dataDirectory)
        let environment = Environment.system()
        let clouds = try Clouds(settings, environment: environment, logger: logger)
        logger.info("\(Version.text) starts", metadata: metadata(folder, clouds))

        let store = try SQLiteStore(
            path: settings.databasePath, settings: SQLiteSettings(groupCommit: settings.groupCommit), logger: logger)
        let wake = WakeSignal()
        let useCases = UseCases(environment: environment, wake: wake, providers: Set(clouds.backends.keys))
        let reconciler = Reconciler(
            store: store, backends: clouds.backends, useCases: useCases, environment: environment,
            settings: ReconcilerSettings(), wake: wake, instance: UUID().uuidString, logger: logger)
        var demo: Demo?
        if let fake = clouds.fake {
            demo = try Demo(store: store, useCases: useCases, folder: folder.path)
            try await demo?.prepare(fake, reconciler)
        }
        try await serve(
            API(
                store: store, useCases: useCases, environment: environment,
                isReconcilerAlive: { reconciler.isAlive(at: environment.now()) }, developmentCloud: clouds.fake,
                logger: logger),
            reconciler, announcing: demo)
        try store.close()
        logger.info("\(Version.text) has stopped")
    }

    private func serve(_ api: API, _ reconciler: Reconciler, announcing demo: Demo?) async throws {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let http = HTTPServer(
            settings: HTTPServerSettings(
                host: settings.host, port: settings.port,
                tls: settings.tls.map { .init(certificateChain: $0.certificate, privateKey: $0.key) },
                behindProxy: settings.isBehindProxy),
            api: api, logger: logger, onBound: { bound.yield($0) })
        let services = ListeningFirst(listener: http, ports: ports, follower: reconciler) { port in
            let url = self.url(port)
            self.logger.info("Listening at \(url)")
            try demo?.announce(url)
        }
        var configuration = ServiceGroupConfiguration(
            services: [services], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout
        try await ServiceGroup(configuration: configuration).run()
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
