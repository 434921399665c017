import Testing

@testable import HTTPAPI

/// What is not clean HTTP is told so, in the API's own words, and the connection is closed.
@Suite struct MalformedRequestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let status: Int
        let code: ProblemCode

        init(_ name: String, _ text: String, _ code: ProblemCode = .badRequest) {
            self.name = name
            bytes = Array(text.utf8)
            status = code.status
            self.code = code
        }

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        .init("two Content-Lengths", post("Content-Length: 2\r\nContent-Length: 3") + "{}"),
        .init("two equal Content-Lengths", post("Content-Length: 2\r\nContent-Length: 2") + "{}"),
        .init("a list of Content-Lengths", post("Content-Length: 2, 2") + "{}"),
        .init("a signed Content-Length", post("Content-Length: +2") + "{}"),
        .init("a negative Content-Length", post("Content-Length: -2") + "{}"),
        .init("a hexadecimal Content-Length", post("Content-Length: 0x2") + "{}"),
        .init("an empty Content-Length", post("Content-Length: ") + "{}"),
        .init("a fractional Content-Length", post("Content-Length: 2.0") + "{}"),
        .init("a Content-Length beyond all numbers", post("Content-Length: 99999999999999999999999") + "{}"),
        .init("both framings", post("Content-Length: 2\r\nTransfer-Encoding: chunked") + "2\r\n{}\r\n0\r\n\r\n"),
        .init("both framings, other order", post("Transfer-Encoding: chunked\r\nContent-Length: 2") + "0\r\n\r\n"),
        .init("gzip as Transfer-Encoding", post("Transfer-Encoding: gzip") + "0\r\n\r\n"),
        .init("two codings", post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n"),
        .init("chunked twice", post("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n"),
        .init("two Transfer-Encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") + "0\r\n\r\n"),
        .init("identity", post("Transfer-Encoding: identity") + "{}"),
        .init("a quoted chunked", post("Transfer-Encoding: \"chunked\"") + "0\r\n\r\n"),
        .init("xchunked", post("Transfer-Encoding: xchunked") + "0\r\n\r\n"),
        .init("a space before the colon of Transfer-Encoding", post("Transfer-Encoding : chunked") + "0\r\n\r\n"),
        .init("chunked in HTTP/1.0", "POST /things HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init("a chunk size that is none", post("Transfer-Encoding: chunked") + "zz\r\n{}\r\n0\r\n\r\n"),
        .init("a negative chunk size", post("Transfer-Encoding: chunked") + "-2\r\n{}\r\n0\r\n\r\n"),
        .init("a chunk size with 0x", post("Transfer-Encoding: chunked") + "0x2\r\n{}\r\n0\r\n\r\n"),
        .init("a chunk size beyond all numbers", post("Transfer-Encoding: chunked") + "ffffffffffffffffff\r\n{}\r\n"),
        .init("a chunk longer than its size", post("Transfer-Encoding: chunked") + "2\r\n{}xx\r\n0\r\n\r\n"),
        .init("a chunk size behind a bare LF", post("Transfer-Encoding: chunked") + "2\n{}\r\n0\r\n\r\n"),
        .init("bare LF everywhere", "GET /things HTTP/1.1\nHost: a\n\n"),
        .init("bare LF after the request line", "GET /things HTTP/1.1\nHost: a\r\n\r\n"),
        .init("bare LF after a header", "GET /things HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        .init("bare LF at the end of the header", "GET /things HTTP/1.1\r\nHost: a\r\n\n"),
        .init("bare CR in a header", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
        .init("a folded header", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"),
        .init("a header folded with a tab", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n"),
        .init("a folded Content-Length", post("Content-Length:\r\n 2") + "{}"),
        .init("a folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n"),
        .init("a first header that is folded", "GET /things HTTP/1.1\r\n Host: a\r\n\r\n"),
        .init("NUL in a header", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
        .init("a control character in a header", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\u{1}b\r\n\r\n"),
        .init("DEL in a header", "GET /things HTTP/1.1\r\nHost: a\r\nX: a\u{7F}b\r\n\r\n"),
        .init("NUL in a header's name", "GET /things HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n"),
        .init("a space in a header's name", "GET /things HTTP/1.1\r\nHost: a\r\nX Y: a\r\n\r\n"),
        .init("a header without a name", "GET /things HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n"),
        .init("a header without a colon", "GET /things HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n"),
        .init("no Host", "GET /things HTTP/1.1\r\nX: a\r\n\r\n"),
        .init("an empty Host", "GET /things HTTP/1.1\r\nHost: \r\n\r\n"),
        .init("two Hosts", "GET /things HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        .init("a list of Hosts", "GET /things HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        .init("a Host with a path", "GET /things HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        .init("a Host with a user", "GET /things HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        .init("HTTP/2.0", "GET /things HTTP/2.0\r\nHost: a\r\n\r\n"),
        .init("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        .init("HTTP/1.2", "GET /things HTTP/1.2\r\nHost: a\r\n\r\n"),
        .init("HTTP/0.9", "GET /things\r\n\r\n"),
        .init("another protocol", "GET /things ICE/1.0\r\nHost: a\r\n\r\n"),
        .init("lower-case http", "GET /things http/1.1\r\nHost: a\r\n\r\n"),
        .init("a space in the target", "GET /thi ngs HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("a fragment in the target", "GET /things#a HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("a target that is not ASCII", "GET /thïngs HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("a control character in the target", "GET /thi\u{1}ngs HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("a target without a slash", "GET things HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("an asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("another scheme", "GET ftp://a/things HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("TLS", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", .notImplemented),
        .init("garbage", "\u{1}\u{2}\u{3}\r\n\r\n", .notImplemented),
        .init("an end in the middle of a header", "GET /things HTTP/1.1\r\nHost"),
        .init("CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", .notImplemented),
        .init("an unknown method", "FROB /things HTTP/1.1\r\nHost: a\r\n\r\n", .notImplemented),
        .init("another expectation", post("Content-Length: 2\r\nExpect: 200-ok") + "{}", .expectationFailed),
        .init("a body that is too large", post("Content-Length: 1048577"), .payloadTooLarge),
        .init(
            "chunks that are too large together",
            post("Transfer-Encoding: chunked")
                + String(repeating: "10000\r\n" + String(repeating: " ", count: 65536) + "\r\n", count: 17),
            .payloadTooLarge),
        .init("a URI over the limit", "GET /\(long(8192)) HTTP/1.1\r\nHost: a\r\n\r\n", .uriTooLong),
        .init("a URI far over the limit", "GET /\(long(100_000)) HTTP/1.1\r\nHost: a\r\n\r\n", .uriTooLong),
        .init(
            "a header over the limit", "GET /things HTTP/1.1\r\nHost: a\r\nX: \(long(17_000))\r\n\r\n", .headerTooLarge),
        .init(
            "headers over the limit together",
            "GET /things HTTP/1.1\r\nHost: a\r\n"
                + (0..<30).map { "X-\($0): \(long(1000))\r\n" }.joined() + "\r\n", .headerTooLarge),
        .init(
            "too many headers",
            "GET /things HTTP/1.1\r\nHost: a\r\n" + (0..<100).map { "X-\($0): a\r\n" }.joined() + "\r\n",
            .headerTooLarge),
    ]

    static func post(_ headers: String) -> String {
        "POST /things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nRequest-Id: r-1\r\n\(headers)\r\n\r\n"
    }

    static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test func areRefusedAndTheConnectionClosed() async throws {
        try await TestServer.run { port in
            for malformed in Self.cases {
                let client = try await RawClient.connect(to: port)
                await client.sendIfPossible(malformed.bytes)
                if malformed.name.hasPrefix("an end in the middle") { try await client.closeOutput() }
                let text = await client.receiveToEnd()
                let response = try #require(RawResponse(text), "\(malformed.name): \(text.prefix(200))")
                #expect(response.status == malformed.status, "\(malformed.name): \(text.prefix(600))")
                #expect(text.components(separatedBy: "HTTP/1.1 ") == 2, "\(malformed.name): more than one response")
                #expect(response.headers["connection"] == "close", "\(malformed.name)")
                #expect(response.headers["content-type"] == "application/problem+json", "\(malformed.name)")
                #expect(response.headers["date"]?.hasSuffix(" GMT") == true)
                let problem = try JSONParser.parse(Array(response.body.utf8))
                #expect(problem["code"] == .string(malformed.code.rawValue), "\(malformed.name): \(response.body)")
                #expect(problem["status"] == .integer(malformed.status))
                #expect(problem["request_id"] == response.headers["request-id"].map(JSONValue.string))
            }
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> Int { ranges(of: separator).count + 1 }
}
