import Testing

@testable import HTTPAPI

/// Paths and methods, over real sockets.
@Suite struct RoutingTests {
    static let answers: [(String, Int, String)] = [
        ("GET /things", 200, #"{"query":[]}"#),
        ("GET /things/special", 200, #""special""#),
        ("GET /%74hings/special", 200, #""special""#),
        ("GET /things/special/parts", 200, #"{"parts of":"special"}"#),
        ("DELETE /things/special", 204, ""),
        ("GET /things/a%2Fb%20c%C3%A9", 200, #"{"id":"a/b cé"}"#),
        ("GET /things/a+b", 200, #"{"id":"a+b"}"#),
        ("GET /things/42/parts", 200, #"{"parts of":"42"}"#),
        ("GET http://other/things/1?x", 200, #"{"id":"1"}"#),
        ("GET https://other:1/things?a=1", 200, #"{"query":[["a","1"]]}"#),
        (
            "GET /things?b=1&a=2&b=%C3%A9+x&c&=d&&e=f=g", 200,
            #"{"query":[["b","1"],["a","2"],["b","é x"],["c",""],["","d"],["e","f=g"]]}"#
        ),
        ("GET /things?bad=%zz&good=1", 200, #"{"query":[["good","1"]]}"#),
        ("DELETE /things/1", 204, ""),
        ("GET /unchanged", 304, ""),
    ]

    @Test(arguments: answers) func isAnswered(line: String, status: Int, body: String) async throws {
        let response = try await TestServer.run { try await RawClient.exchange($0, Self.request(line)) }
        #expect(response.status == status)
        #expect(response.body == body)
        #expect(response.headers["content-length"] == (body.isEmpty ? nil : String(body.utf8.count)))
        #expect(response.headers["transfer-encoding"] == nil)
    }

    static let problems: [(String, ProblemCode)] = [
        ("GET /", .notFound), ("GET /nothing", .notFound), ("GET /things/", .notFound), ("GET //things", .notFound),
        ("GET /things/1/", .notFound), ("GET /things/1/parts/2", .notFound), ("GET /things/../things", .notFound),
        ("GET /things/%", .badRequest), ("GET /things/%zz", .badRequest), ("GET /things/%00", .badRequest),
        ("GET /things/%0a/parts", .badRequest), ("GET /things/%ff", .badRequest), ("GET /Things", .notFound),
        ("PUT /things", .methodNotAllowed), ("TRACE /things", .methodNotAllowed),
        ("PATCH /things/1", .methodNotAllowed),
        ("PROPFIND /things", .methodNotAllowed), ("HEAD /nothing", .notFound), ("OPTIONS /nothing", .notFound),
        ("GET /broken", .internal), ("GET /store", .unavailable), ("GET /refused", .conflict),
    ]

    @Test func refusesAsAProblem() async throws {
        try await TestServer.run { port in
            for (line, code) in Self.problems {
                let response = try await RawClient.exchange(port, Self.request(line))
                #expect(response.status == code.status, "\(line)")
                #expect(response.headers["content-type"] == "application/problem+json", "\(line)")
                guard !line.hasPrefix("HEAD") else { continue }
                let problem = try JSONParser.parse(Array(response.body.utf8))
                #expect(problem["code"] == .string(code.rawValue), "\(line)")
                #expect(problem["type"] == .string(code.type))
                #expect(problem["title"] == .string(code.title))
                #expect(problem["request_id"] == response.headers["request-id"].map(JSONValue.string))
            }
        }
    }

    @Test func aProblemHasItsFaultsMembersAndHeaders() async throws {
        try await TestServer.run { port in
            let refused = try await RawClient.exchange(port, Self.request("GET /refused"))
            let problem = try JSONParser.parse(Array(refused.body.utf8))
            #expect(problem["errors"] == [["pointer": "/name", "detail": "Taken."]])
            #expect(problem["existing"] == "/things/1")
            let unavailable = try await RawClient.exchange(port, Self.request("GET /store"))
            #expect(unavailable.headers["retry-after"] != nil)
            #expect(!unavailable.body.contains("disk full"))
            let broken = try await RawClient.exchange(port, Self.request("GET /broken"))
            #expect(!broken.body.contains("hunter2"))
        }
    }

    @Test func aWrongMethodIsToldTheRightOnes() async throws {
        try await TestServer.run { port in
            let wrong = try await RawClient.exchange(port, Self.request("PUT /things/1"))
            #expect(wrong.headers["allow"] == "DELETE, GET, HEAD, OPTIONS")
            let options = try await RawClient.exchange(port, Self.request("OPTIONS /things"))
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, HEAD, OPTIONS, POST")
            let server = try await RawClient.exchange(port, Self.request("OPTIONS *"))
            #expect(server.status == 204)
        }
    }

    @Test func headIsGetWithoutTheBody() async throws {
        try await TestServer.run { port in
            for path in ["/things/1", "/large", "/nothing"] {
                for extra in ["", "Accept-Encoding: gzip\r\n"] {
                    let get = try await RawClient.exchange(port, Self.request("GET \(path)", extra))
                    let head = try await RawClient.exchange(port, Self.request("HEAD \(path)", extra))
                    #expect(head.status == get.status)
                    #expect(head.body.isEmpty)
                    for name in ["content-length", "content-type", "content-encoding", "etag", "vary"] {
                        #expect(head.headers[name] == get.headers[name], "\(path) \(name)")
                    }
                    #expect(head.headers["content-length"] != nil)
                }
            }
        }
    }

    static func request(_ line: String, _ headers: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: a\r\n\(headers)Connection: close\r\n\r\n"
    }
}
