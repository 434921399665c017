public import ControlPlane
public import Logging
public import ServiceLifecycle

/// Postern's HTTP API: every operation of the document in `openapi`, on the use cases and the store.
public struct API: Sendable {
    let routes: [Route]
    let lastUse: LastUse
    let logger: Logger

    /// - Parameters:
    ///   - readiness: what `/readyz` asks.
    ///   - verification: what is known of the log of events.
    ///   - developmentCloud: the cloud that is not real, to be handled under `/dev/fake`; nil: these paths do not exist.
    /// - Throws: if the built-in document is damaged.
    public init(
        store: any Store, useCases: UseCases, environment: Environment, readiness: [ReadinessCheck],
        verification: @escaping @Sendable () -> LogVerification,
        developmentCloud: (any DevelopmentCloud)? = nil, logger: Logger
    ) throws {
        self.logger = logger
        lastUse = LastUse(store: store, logger: logger)
        let desk = Desk(
            store: store, useCases: useCases, environment: environment,
            authentication: Authentication(
                store: store, tokens: useCases.tokens, environment: environment, lastUse: lastUse))
        var routes = ProbeRoutes(checks: readiness).routes + (try DocumentRoutes().routes)
        routes += WhoamiRoutes().routes(desk)
        routes += TeamRoutes(teams: useCases.teams).routes(desk)
        routes += TokenRoutes(tokens: useCases.tokens).routes(desk)
        routes += CloudAccountRoutes(accounts: useCases.accounts).routes(desk)
        routes += NetworkRoutes(networks: useCases.networks).routes(desk)
        routes += ServiceRoutes(services: useCases.services).routes(desk)
        routes += RequestRoutes(requests: useCases.requests).routes(desk)
        routes += ApprovalRoutes(approvals: useCases.approvals).routes(desk)
        routes += EndpointRoutes(endpoints: useCases.endpoints).routes(desk)
        routes += EventRoutes(verification: verification).routes(desk)
        if let developmentCloud { routes += FakeCloudRoutes(cloud: developmentCloud).routes(desk) }
        self.routes = routes
    }

    /// The API on a socket, as a service to be run beside the others.
    /// - Parameter onBound: is told the port once the server listens.
    public func service(
        _ settings: HTTPServerSettings, onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> APIService {
        APIService(
            server: HTTPServer(settings: settings, routes: routes, logger: logger, onBound: onBound), lastUse: lastUse)
    }
}

/// The API while it runs: the server, and the notes on tokens that are written beside it.
public struct APIService: Service {
    let server: HTTPServer
    let lastUse: LastUse

    /// Serves until told to stop; then lets requests in flight finish.
    /// - Throws: if the address cannot be bound, or the TLS files cannot be read.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lastUse.run() }
            defer { group.cancelAll() }
            try await server.run()
        }
    }
}
