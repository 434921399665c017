import AsyncHTTPClient
public import ControlPlane
import FoundationEssentials
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL

/// The network, shared by all calls to one cloud: one connection pool, deadlines, bounded replies. Redirects are not
/// followed, since a call is signed for one host. Retries are not made here: the reconciler's schedule makes them.
public final class CloudTransport: CloudCaller {
    private let straight: HTTPClient
    private let proxied: HTTPClient?
    private let settings: CloudTransportSettings

    /// - Throws: `CloudTransportError` if the trust roots cannot be read.
    public init(_ settings: CloudTransportSettings = CloudTransportSettings()) throws(CloudTransportError) {
        self.settings = settings
        var tls = TLSConfiguration.makeClientConfiguration()
        if let path = settings.trustRoots {
            guard let roots = try? NIOSSLCertificate.fromPEMFile(path), !roots.isEmpty else {
                throw .badTrustRoots(path: path)
            }
            tls.additionalTrustRoots = [.certificates(roots)]
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(settings.connectTimeout)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        straight = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        proxied = settings.proxy.map { proxy in
            configuration.proxy = .server(proxy)
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }
    }

    public func send(_ request: CloudRequest) async throws(CloudError) -> CloudResponse {
        do {
            return try await withThrowingTaskGroup(of: CloudResponse?.self) { group in
                group.addTask { try await self.exchange(request) }
                // The client's own deadline ends with the reply's head; a body that trickles has to end too.
                group.addTask {
                    try await ContinuousClock().sleep(for: request.timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let response = try await group.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
                return response
            }
        } catch {
            throw CloudError(kind: .unavailable, message: Self.explain(error, host: Self.host(of: request.url)))
        }
    }

    /// Closes the connections; calls under way fail.
    public func shutdown() async {
        try? await straight.shutdown()
        try? await proxied?.shutdown()
    }

    // The client holds it a crash, in debug builds, to be let go while it is open.
    deinit {
        Task { [straight, proxied] in
            try? await straight.shutdown()
            try? await proxied?.shutdown()
        }
    }

    private func exchange(_ request: CloudRequest) async throws -> CloudResponse {
        var message = HTTPClientRequest(url: request.url)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers = HTTPHeaders(request.headers.fields.map { ($0.name, $0.value) })
        if let body = request.body { message.body = .bytes(ByteBuffer(data: body)) }
        let reply = try await client(for: request.url).execute(message, timeout: TimeAmount(request.timeout))
        let body = try await reply.body.collect(upTo: settings.maximumBodyBytes)
        return CloudResponse(
            status: Int(reply.status.code), headers: CloudHeaders(reply.headers.map { ($0.name, $0.value) }),
            body: Data(buffer: body))
    }

    private func client(for url: String) -> HTTPClient {
        guard let proxied, let proxy = settings.proxy, url.lowercased().hasPrefix("https:"),
            !proxy.exceptions.contain(Self.host(of: url))
        else { return straight }
        return proxied
    }

    private static func host(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        let address = authority.split(separator: "@").last ?? authority
        return String(address.hasPrefix("[") ? address.prefix { $0 != "]" }.dropFirst() : address.prefix { $0 != ":" })
    }

    private static func explain(_ error: any Error, host: String) -> String {
        let reason =
            switch error {
            case is CancellationError: "the call was cancelled"
            case let error as HTTPClientError: error.shortDescription
            case is NIOTooManyBytesError: "the reply is too long"
            case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: "no TLS connection that can be trusted"
            default: Redaction.clean("\(error)")
            }
        return "No answer from \(host): \(reason)."
    }
}

extension HTTPClient.Configuration.Proxy {
    fileprivate static func server(_ proxy: CloudTransportSettings.Proxy) -> Self {
        guard let credentials = proxy.credentials else { return .server(host: proxy.host, port: proxy.port) }
        return .server(
            host: proxy.host, port: proxy.port,
            authorization: .basic(credentials: Data(credentials.utf8).base64EncodedString()))
    }
}
