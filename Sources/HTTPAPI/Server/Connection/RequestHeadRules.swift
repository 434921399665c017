import NIOHTTP1

/// What a request's head must be before anything else looks at it. Stricter than the decoder: where two readers could
/// understand a request differently (RFC 9112 section 11.2), it is refused.
struct RequestHeadRules {
    let limits: HTTPServerSettings.Limits

    /// What the connection needs to know of a head that passed.
    struct Verdict: Hashable {
        let expectsContinue: Bool
        let isKeptAlive: Bool
    }

    func check(_ head: HTTPRequestHead) throws(Problem) -> Verdict {
        guard head.version == .http1_1 || head.version == .http1_0 else {
            throw Problem(.badRequest, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        }
        for (name, value) in head.headers where !Self.isPrintable(value) {
            throw Problem(
                .badRequest, "A header has a control character.", faults: [.init(.header(name), "Not allowed here.")])
        }
        try checkTarget(head)
        try checkHost(head)
        let hasBody = try checkFraming(head)
        let expectsContinue = try checkExpectation(head)
        return Verdict(
            expectsContinue: expectsContinue && hasBody,
            // After a request to upgrade, the decoder would read no further.
            isKeptAlive: head.isKeepAlive && !head.headers.contains(name: "Upgrade"))
    }

    private func checkTarget(_ head: HTTPRequestHead) throws(Problem) {
        guard head.uri.utf8.count <= limits.uri else {
            throw Problem(.uriTooLong, "The URI has more than \(limits.uri) bytes.")
        }
        guard head.method != .CONNECT else { throw Problem(.notImplemented, "This server is not a proxy.") }
        guard head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw Problem(.badRequest, "The URI has a character that must be percent-encoded.")
        }
        let isWholeServer = head.uri == "*" && head.method == .OPTIONS
        guard head.uri.hasPrefix("/") || isWholeServer || RequestTarget.isAbsolute(head.uri) else {
            throw Problem(.badRequest, "The request's target must be a path.")
        }
    }

    private func checkHost(_ head: HTTPRequestHead) throws(Problem) {
        let hosts = head.headers["Host"]
        if hosts.isEmpty, head.version == .http1_0 { return }
        guard hosts.count == 1, let host = hosts.first, !host.isEmpty, host.utf8.allSatisfy(Self.isOfHost) else {
            throw Problem(
                .badRequest, "A request must name one host.",
                faults: [.init(.header("Host"), "There must be exactly one, with a host name and perhaps a port.")])
        }
    }

    /// - Returns: whether a body follows.
    private func checkFraming(_ head: HTTPRequestHead) throws(Problem) -> Bool {
        let codings = head.headers["Transfer-Encoding"]
        let lengths = head.headers["Content-Length"]
        if !codings.isEmpty {
            guard codings.count == 1, codings[0].lowercased() == "chunked", lengths.isEmpty, head.version == .http1_1
            else {
                throw Problem(
                    .badRequest, "The length of the body is not clear.",
                    faults: [.init(.header("Transfer-Encoding"), "Only `chunked`, once, and without Content-Length.")])
            }
            return true
        }
        guard let length = lengths.first else { return false }
        guard lengths.count == 1, !length.isEmpty, length.utf8.allSatisfy(Self.isDigit) else {
            throw Problem(
                .badRequest, "The length of the body is not clear.",
                faults: [.init(.header("Content-Length"), "There must be exactly one, of digits only.")])
        }
        guard let count = Int(length), count <= limits.body else { throw Self.tooLarge(limits.body) }
        return count > 0
    }

    private func checkExpectation(_ head: HTTPRequestHead) throws(Problem) -> Bool {
        guard let expectation = head.headers.first(name: "Expect"), head.version == .http1_1 else { return false }
        guard expectation.lowercased() == "100-continue" else {
            throw Problem(.expectationFailed, "Only `100-continue` can be expected.")
        }
        return true
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(.payloadTooLarge, "A body may have at most \(limit) bytes.")
    }

    private static func isPrintable(_ value: String) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
        }
    }
}
