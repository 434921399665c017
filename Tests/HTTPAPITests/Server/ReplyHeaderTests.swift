import Logging
import Testing

@testable import HTTPAPI

@Suite struct ReplyHeaderTests {
    @Test func everyReplyHasTheStandingHeaders() async throws {
        try await TestServer.run { port in
            for line in ["GET /things/1", "GET /nothing", "DELETE /things/1", "OPTIONS /things", "GET /large"] {
                let headers = try await RawClient.exchange(port, RoutingTests.request(line)).headers
                #expect(headers["cache-control"] == "no-store", "\(line)")
                #expect(headers["x-content-type-options"] == "nosniff", "\(line)")
                #expect(headers["server"] == "postern", "\(line)")
                #expect(headers["date"]?.hasSuffix(" GMT") == true, "\(line)")
                #expect(headers["request-id"]?.count == 32, "\(line)")
            }
        }
    }

    @Test func aFitRequestIDComesBackAndAnUnfitOneDoesNot() async throws {
        try await TestServer.run { port in
            let fit = "job-7.a_b:2"
            let echoed = try await RawClient.exchange(
                port, RoutingTests.request("GET /things", "Request-Id: \(fit)\r\n"))
            #expect(echoed.headers["request-id"] == fit)
            for unfit in ["a b", "<script>", "é", "", String(repeating: "a", count: 129)] {
                let response = try await RawClient.exchange(
                    port, RoutingTests.request("GET /things", "Request-Id: \(unfit)\r\n"))
                #expect(response.headers["request-id"]?.count == 32)
            }
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let traced = try await RawClient.exchange(
                port, RoutingTests.request("GET /things", "traceparent: \(parent)\r\n"))
            #expect(traced.headers["traceparent"] == parent)
        }
    }

    @Test func largeRepliesAreCompressedForThoseWhoTakeIt() async throws {
        try await TestServer.run { port in
            let plain = try await RawClient.exchange(port, RoutingTests.request("GET /large"))
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.headers["vary"] == "Accept-Encoding")
            for accept in ["gzip", "deflate, gzip", "GZIP;q=0.5", "br, *", "gzip ; q=0.1"] {
                let packed = try await RawClient.exchange(
                    port, RoutingTests.request("GET /large", "Accept-Encoding: \(accept)\r\n"))
                #expect(packed.headers["content-encoding"] == "gzip", "\(accept)")
                #expect(packed.headers["vary"] == "Accept-Encoding")
                #expect(packed.headers["etag"] == plain.headers["etag"])
                #expect(Int(packed.headers["content-length"] ?? "").map { $0 < 500 } == true)
            }
            for accept in ["identity", "gzip;q=0", "gzip;q=0, *", "br", "deflate", ""] {
                let response = try await RawClient.exchange(
                    port, RoutingTests.request("GET /large", "Accept-Encoding: \(accept)\r\n"))
                #expect(response.headers["content-encoding"] == nil, "\(accept)")
                #expect(response.body == plain.body)
            }
            let small = try await RawClient.exchange(
                port, RoutingTests.request("GET /things/1", "Accept-Encoding: gzip\r\n"))
            #expect(small.headers["content-encoding"] == nil)
            #expect(small.headers["vary"] == nil)
        }
    }

    @Test func aCompressedBodyIsNotTaken() async throws {
        let response = try await TestServer.run { port in
            try await RawClient.exchange(
                port,
                "POST /things HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            )
        }
        #expect(response.status == 415)
    }

    @Test(arguments: [false, true]) func forwardedHeadersCountOnlyBehindAProxy(behindProxy: Bool) async throws {
        let response = try await TestServer.run(HTTPServerSettings(port: 0, behindProxy: behindProxy)) { port in
            try await RawClient.exchange(
                port,
                RoutingTests.request(
                    "GET /client", "X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"))
        }
        #expect(response.body == (behindProxy ? #"["10.1.2.3","https"]"# : #"["127.0.0.1","http"]"#))
    }

    @Test func theLogTellsOfEveryRequestAndKeepsSecrets() async throws {
        let lines = LogLines()
        try await TestServer.run(logger: lines.logger) { port in
            _ = try await RawClient.exchange(
                port,
                RoutingTests.request(
                    "GET /things/sesame?q=sesame", "Request-Id: r-1\r\nAuthorization: Bearer sesame\r\n"))
            _ = try await RawClient.exchange(
                port, RoutingTests.request("GET /broken", "Authorization: Bearer sesame\r\n"))
            _ = try await RawClient.exchange(port, "GET /things/sesame HTTP/1.1\r\nHost: a\r\nHost: sesame\r\n\r\n")
        }
        let requests = lines.all.filter { $0.message == "request" }
        #expect(requests.count == 3)
        #expect(requests.first?.metadata["route"] == "/things/{id}")
        #expect(requests.first?.metadata["status"] == "200")
        #expect(requests.first?.metadata["method"] == "GET")
        #expect(requests.first?.metadata["subject"] == "tester")
        #expect(requests.first?.metadata["request_id"] == "r-1")
        #expect(requests.first?.metadata["bytes"] == "15")
        #expect(requests.map { $0.metadata["problem"] } == [nil, "internal", "bad_request"])
        #expect(!lines.all.contains { "\($0)".contains("sesame") })
        #expect(lines.all.contains { $0.metadata["error"]?.contains("hunter2") == true })
    }
}
