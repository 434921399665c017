/// Why the server cannot start, in one sentence for the operator.
public enum HTTPServerError: Error, Hashable, CustomStringConvertible {
    case cannotListen(host: String, port: Int, reason: String)
    case unusableTLSFiles(reason: String)

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "Cannot listen on \(host):\(port): \(reason)."
        case .unusableTLSFiles(let reason): "Cannot use the TLS certificate and key: \(reason)."
        }
    }
}
