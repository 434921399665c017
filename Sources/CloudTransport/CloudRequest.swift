public import FoundationEssentials

/// One call to a cloud's HTTP API.
public struct CloudRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public var method: Method
    /// Absolute, already percent-encoded: it is sent as it is, since it may have been signed.
    public var url: String
    public var headers: CloudHeaders
    public var body: Data?
    /// From the start until the last byte of the reply.
    public var timeout: Duration

    public init(
        method: Method, url: String, headers: CloudHeaders = [:], body: Data? = nil, timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What a cloud answered, whatever the status.
public struct CloudResponse: Sendable {
    public let status: Int
    public let headers: CloudHeaders
    public let body: Data

    public init(status: Int, headers: CloudHeaders = [:], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
