import Logging
public import ServiceLifecycle

/// The API's server: HTTP/1.1, plain or over TLS.
public struct HTTPServer: Service {
    let settings: HTTPServerSettings
    let routes: [Route]
    let logger: Logger
    let onBound: @Sendable (Int) -> Void

    /// - Parameter onBound: is told the port once the server listens.
    init(
        settings: HTTPServerSettings, routes: [Route], logger: Logger,
        onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.settings = settings
        self.routes = routes
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until told to stop; then lets requests in flight finish.
    /// - Throws: if the address cannot be bound, or the TLS files cannot be read.
    public func run() async throws {
    }
}
