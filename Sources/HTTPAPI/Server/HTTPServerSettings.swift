/// Where the server listens, and what it puts up with.
public struct HTTPServerSettings: Hashable, Sendable {
    /// PEM files.
    public struct TLSFiles: Hashable, Sendable {
        /// The certificate, followed by its intermediates.
        public var certificateChain: String
        public var privateKey: String

        public init(certificateChain: String, privateKey: String) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }

    public struct Limits: Hashable, Sendable {
        /// Bytes.
        public var body = 1 << 20
        /// Bytes of the request line's target.
        public var uri = 8 << 10
        /// Bytes of all header fields together.
        public var header = 16 << 10
        public var headerFields = 100
        /// From the connection's start, or the request's first byte, to the end of its header.
        public var headerDeadline = Duration.seconds(10)
        /// From the end of the header to the end of the body.
        public var bodyDeadline = Duration.seconds(30)
        /// From the end of a response until the client has taken all of it.
        public var responseDeadline = Duration.seconds(30)
        /// Without a request on a kept connection.
        public var idle = Duration.seconds(60)
        /// What a connection in the middle of something gets when the server stops.
        public var shutdownDeadline = Duration.seconds(5)
        /// After the last answer, until the client has closed its side too.
        public var lingering = Duration.seconds(2)
        /// Bytes of all bodies together.
        public var bodies = 64 << 20
        /// At once; more have to wait until one closes.
        public var connections = 800

        public init() {}
    }

    /// A host name or an address.
    public var host: String
    /// 0: any free one.
    public var port: Int
    /// nil: plain HTTP.
    public var tls: TLSFiles?
    /// Whether every connection comes from a proxy of ours, whose `X-Forwarded-For` and `X-Forwarded-Proto` are true.
    public var behindProxy: Bool
    public var limits: Limits

    public init(
        host: String = "127.0.0.1", port: Int = 8080, tls: TLSFiles? = nil, behindProxy: Bool = false,
        limits: Limits = Limits()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.behindProxy = behindProxy
        self.limits = limits
    }
}
