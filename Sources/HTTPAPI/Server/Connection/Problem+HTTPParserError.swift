import NIOHTTP1

extension Problem {
    /// - Parameter isInRequestLine: whether the first line of the request was still incomplete.
    init(_ error: HTTPParserError, isInRequestLine: Bool) {
        switch error {
        case .headerOverflow where isInRequestLine: self.init(.uriTooLong, "The URI is too long.")
        case .headerOverflow: self.init(.headerTooLarge, "The header is too large.")
        case .invalidMethod: self.init(.notImplemented, "The server does not know this method.")
        default: self.init(.badRequest, "This is not HTTP/1.1: \(error).")
        }
    }
}
