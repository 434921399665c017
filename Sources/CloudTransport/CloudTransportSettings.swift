/// How calls get to the clouds.
public struct CloudTransportSettings: Sendable {
    /// A PEM file of certificate authorities that are trusted besides the system's.
    public var trustRoots: String?
    /// Carries calls to `https` addresses; calls to plain `http` ones (metadata services) always go straight.
    public var proxy: Proxy?
    /// A longer reply is no answer.
    public var maximumBodyBytes: Int
    public var connectTimeout: Duration

    public struct Proxy: Hashable, Sendable {
        public let host: String
        public let port: Int
        /// `user:password` as the proxy's URL has them.
        let credentials: String?
        /// Hosts that are reached without it.
        public let exceptions: ProxyExceptions
    }

    public init(
        trustRoots: String? = nil, proxy: Proxy? = nil, maximumBodyBytes: Int = 16 << 20,
        connectTimeout: Duration = .seconds(10)
    ) {
        self.trustRoots = trustRoots
        self.proxy = proxy
        self.maximumBodyBytes = maximumBodyBytes
        self.connectTimeout = connectTimeout
    }

    /// Takes the proxy from `HTTPS_PROXY` and `NO_PROXY`, in upper or lower case.
    /// - Throws: `CloudTransportError` if the proxy's address makes no sense.
    public init(environment: [String: String], trustRoots: String? = nil) throws(CloudTransportError) {
        func value(_ name: String) -> String? {
            let value = environment[name] ?? environment[name.lowercased()]
            return value?.isEmpty == false ? value : nil
        }
        let exceptions = ProxyExceptions(value("NO_PROXY") ?? "")
        self.init(
            trustRoots: trustRoots,
            proxy: try value("HTTPS_PROXY").map { url throws(CloudTransportError) in
                guard let proxy = Proxy(url, exceptions: exceptions) else { throw .badProxy }
                return proxy
            })
    }
}

/// Why no transport can be made of the settings. Says nothing of a proxy's password.
public enum CloudTransportError: Error, Hashable, CustomStringConvertible {
    case badProxy
    case badTrustRoots(path: String)

    public var description: String {
        switch self {
        case .badProxy: "HTTPS_PROXY is not an address of an HTTP proxy, such as http://proxy.example:3128"
        case .badTrustRoots(let path): "no certificates can be read from \(path), which has to be a PEM file"
        }
    }
}

extension CloudTransportSettings.Proxy {
    /// Parses `http://user:password@host:port`; the scheme, the credentials and the port may be missing.
    init?(_ url: String, exceptions: ProxyExceptions) {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") {
            guard rest[..<scheme.lowerBound].lowercased() == "http" else { return nil }
            rest = rest[scheme.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            credentials = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty else { return nil }
        guard let port = parts.count == 2 ? Int(parts[1]) : 3128, (1...65535).contains(port) else { return nil }
        self.init(host: String(parts[0]), port: port, credentials: credentials, exceptions: exceptions)
    }
}

/// `NO_PROXY`: host names with their subdomains, addresses, or `*`, separated by commas.
public struct ProxyExceptions: Hashable, Sendable {
    private let hosts: [String]

    public init(_ list: String) {
        hosts = list.lowercased().split(whereSeparator: { $0 == "," || $0 == " " })
            .map { String($0.drop { $0 == "." }) }
    }

    public func contain(_ host: String) -> Bool {
        let host = host.lowercased()
        return hosts.contains { $0 == "*" || host == $0 || host.hasSuffix(".\($0)") }
    }
}
