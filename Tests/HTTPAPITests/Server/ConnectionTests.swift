import Testing

@testable import HTTPAPI

/// What connections do: keep alive, close, pipeline, continue.
@Suite struct ConnectionTests {
    @Test(arguments: [
        "HTTP/1.1\r\nHost: a\r\nConnection: close", "HTTP/1.1\r\nHost: a\r\nconnection: Close",
        "HTTP/1.1\r\nHost: a\r\nConnection: close, TE", "HTTP/1.1\r\nHost: a\r\nConnection: TE,CLOSE",
        "HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close", "HTTP/1.0", "HTTP/1.0\r\nHost: a",
        "HTTP/1.0\r\nConnection: close", "HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c",
    ])
    func closes(when rest: String) async throws {
        let response = try await TestServer.run { try await RawClient.exchange($0, "GET /things/1 \(rest)\r\n\r\n") }
        #expect(response.status == 200)
        #expect(response.headers["connection"] == "close")
        #expect(response.body == #"{"id":"1"}"#)
    }

    @Test(arguments: [
        "HTTP/1.1\r\nHost: a", "HTTP/1.0\r\nConnection: keep-alive", "HTTP/1.1\r\nHost: a\r\nConnection: TE",
    ])
    func staysOpen(when rest: String) async throws {
        try await TestServer.run { port in
            let client = try await RawClient.connect(to: port)
            for count in 1...3 {
                try await client.send("GET /things/\(count) \(rest)\r\n\r\n")
                let text = await client.receive { $0.contains(#"{"id":"\#(count)"}"#) }
                #expect(text.contains(#"{"id":"\#(count)"}"#))
            }
            #expect(!client.isClosed)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await TestServer.run { port in
            let client = try await RawClient.connect(to: port)
            let requests = (1...200).map { number in
                number % 3 == 0
                    ? "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: \(String(number).count)\r\n\r\n\(number)"
                    : "GET /things/\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            try await client.send(
                requests.joined() + "GET /things/end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = await client.receiveToEnd()
            let numbers = text.matches(of: /"(?:id":"|received":)(\w+)/).map { String($0.1) }
            #expect(numbers == (1...200).map(String.init) + ["end"])
        }
    }

    @Test func afterAPipelinedFaultNothingMoreIsAnswered() async throws {
        try await TestServer.run { port in
            let text =
                "GET /things/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /things/2 HTTP/1.1\r\n\r\nGET /things/3 HTTP/1.1\r\nHost: a\r\n\r\n"
            let client = try await RawClient.connect(to: port)
            try await client.send(text)
            let answer = await client.receiveToEnd()
            #expect(answer.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) } == ["200", "400"])
        }
    }

    @Test func aRequestInTinyPiecesIsTheSameRequest() async throws {
        var settings = HTTPServerSettings(port: 0)
        settings.limits.headerDeadline = .seconds(600)
        settings.limits.bodyDeadline = .seconds(600)
        try await TestServer.run(settings) { port in
            let client = try await RawClient.connect(to: port)
            let text =
                "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n2;x=y\r\n[1\r\n1\r\n]\r\n0\r\nTrailer: 1\r\n\r\n"
            for byte in text.utf8 { try await client.send([byte]) }
            let response = try #require(RawResponse(await client.receiveToEnd()))
            #expect(response.status == 201)
            #expect(response.body == #"{"received":[1]}"#)
        }
    }

    @Test func aClientThatClosesItsSideIsStillAnswered() async throws {
        try await TestServer.run { port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /things/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /things/2 HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.closeOutput()
            let text = await client.receiveToEnd()
            #expect(text.contains(#"{"id":"1"}"#))
            #expect(text.contains(#"{"id":"2"}"#))
        }
    }

    @Test func continueIsSaidBeforeTheBody() async throws {
        try await TestServer.run { port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
            let interim = await client.receive { $0.contains("\r\n\r\n") }
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("[]")
            let text = await client.receive { $0.contains("received") }
            #expect(text.contains("HTTP/1.1 201 Created"))
        }
    }

    @Test func aBodyThatWillBeRefusedIsNotAskedFor() async throws {
        let response = try await TestServer.run { port in
            try await RawClient.exchange(
                port, "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n")
        }
        #expect(response.status == 413)
    }

    @Test func anUnreadRefusalReachesAClientThatKeepsSending() async throws {
        try await TestServer.run { port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
            let megabyte = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
            for _ in 0..<3 { await client.sendIfPossible(megabyte) }
            let response = try #require(RawResponse(await client.receive { $0.contains("payload_too_large") }))
            #expect(response.status == 413)
            await client.close()
        }
    }
}
