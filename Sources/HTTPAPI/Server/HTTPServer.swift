import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle

/// The API's server: HTTP/1.1, plain or over TLS.
public struct HTTPServer: Service {
    /// As it calls itself in `Server`.
    static let name = "postern"

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
    /// - Throws: `HTTPServerError`, if the address cannot be bound, or the TLS files cannot be used.
    public func run() async throws {
        let log = AccessLog(logger: logger)
        let responder = Responder(
            routes: RouteTable(routes), behindProxy: settings.behindProxy, logger: logger, log: log)
        let application = Application(
            responder: responder, server: try connections(log),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: Self.name,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.limits.connections, logger: logger)),
            onServerRunning: { [onBound] channel in onBound(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw HTTPServerError.cannotListen(host: settings.host, port: settings.port, reason: "\(error)")
        }
    }

    private func connections(_ log: AccessLog) throws -> HTTPServerBuilder {
        let budget = BodyBudget(size: settings.limits.bodies)
        let plain = HTTPServerBuilder { [settings] responder in
            HTTPConnection(responder: responder, settings: settings, budget: budget, log: log)
        }
        guard let files = settings.tls else { return plain }
        do {
            return try .tls(plain, tlsConfiguration: files.configuration())
        } catch {
            throw HTTPServerError.unusableTLSFiles(reason: "\(error)")
        }
    }
}

extension HTTPServerSettings.TLSFiles {
    fileprivate func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificateChain).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}
