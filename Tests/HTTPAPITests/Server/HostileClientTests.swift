import Testing

@testable import HTTPAPI

/// What is thrown at a server to wear it out: others are served meanwhile, and memory stays where it is.
@Suite(.serialized) struct HostileClientTests {
    @Test func slowClientsLeaveRoomForOthers() async throws {
        // Long enough for a busy machine: that the deadlines hold is another test's.
        var settings = HTTPServerSettings(port: 0)
        settings.limits.headerDeadline = .seconds(600)
        settings.limits.bodyDeadline = .seconds(600)
        try await TestServer.run(settings) { port in
            var slow: [RawClient] = []
            for number in 0..<200 {
                let client = try await RawClient.connect(to: port)
                let begin =
                    number.isMultiple(of: 2)
                    ? "GET /things HT" : MalformedRequestTests.post("Content-Length: 100") + "x"
                try await client.send(begin)
                slow.append(client)
            }
            for number in 0..<50 {
                let response = try await RawClient.exchange(port, RoutingTests.request("GET /things/\(number)"))
                #expect(response.status == 200)
            }
            #expect(slow.allSatisfy { !$0.isClosed })
            for client in slow { await client.close() }
        }
    }

    @Test func aDeadlineHoldsOnARealClock() async throws {
        var settings = HTTPServerSettings(port: 0)
        settings.limits.headerDeadline = .milliseconds(200)
        settings.limits.bodyDeadline = .milliseconds(200)
        settings.limits.idle = .seconds(2)
        try await TestServer.run(settings) { port in
            let header = try await RawClient.connect(to: port)
            try await header.send("GET /things HT")
            let body = try await RawClient.connect(to: port)
            try await body.send(MalformedRequestTests.post("Content-Length: 100"))
            let idle = try await RawClient.connect(to: port)
            try await idle.send("GET /things HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(RawResponse(await header.receiveToEnd())?.status == 408)
            #expect(RawResponse(await body.receiveToEnd())?.status == 408)
            #expect(RawResponse(await idle.receiveToEnd())?.status == 200)
        }
    }

    @Test func floodsAreRefusedAndForgotten() async throws {
        try await TestServer.run { port in
            let megabyte = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
            /// - Returns: the status, or nil if the connection was cut before it could be read.
            @Sendable func flood(_ begin: String, megabytes: Int) async throws -> Int? {
                let client = try await RawClient.connect(to: port)
                await client.sendIfPossible(Array(begin.utf8))
                for _ in 0..<megabytes where !client.isClosed { await client.sendIfPossible(megabyte) }
                let response = RawResponse(await client.receive { $0.contains("request_id") })
                return response?.status
            }
            for _ in 0..<3 {
                #expect(try await flood("GET /things HTTP/1.1\r\nHost: a\r\nX: ", megabytes: 10) == 431)
                #expect(try await flood("GET /", megabytes: 10) == 414)
                let fifty = MalformedRequestTests.post("Content-Length: \(50 << 20)")
                #expect(try await flood(fifty, megabytes: 50) == 413)
                let chunk = MalformedRequestTests.post("Transfer-Encoding: chunked") + "3200000\r\n"
                #expect(try await flood(chunk, megabytes: 50) == 413)
                #expect(try await flood(MalformedRequestTests.post("Content-Length: \(1 << 20)"), megabytes: 1) == 400)
            }
            let after = try await RawClient.exchange(port, RoutingTests.request("GET /things/1"))
            #expect(after.status == 200)
        }
    }
}
