import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Testing

@Suite struct CloudTransportTests {
    @Test(
        arguments: [
            ("7", Duration.seconds(7)), ("0", .zero), ("-3", .zero), ("999999", .seconds(3600)),
            ("Wed, 25 Nov 2026 08:00:30 GMT", .seconds(30)), ("Wed, 25 Nov 2026 07:00:00 GMT", .zero),
            ("soon", nil), ("", nil), ("Wed, 25 Foo 2026 08:00:30 GMT", nil),
        ] as [(String, Duration?)]) func readsRetryAfter(_ raw: String, _ wait: Duration?) throws
    {
        let now = try #require(Timestamp("2026-11-25T08:00:00Z"))
        #expect(CloudResponse(status: 503, headers: ["retry-after": raw]).retryAfter(now: now) == wait)
    }

    @Test(
        arguments: [
            (200, nil), (401, .denied), (403, .denied), (404, .notFound), (409, .conflict), (412, .conflict),
            (429, .throttled), (400, .invalid), (500, .unavailable), (503, .unavailable),
        ] as [(Int, CloudError.Kind?)]) func classesByStatus(_ status: Int, _ kind: CloudError.Kind?)
    {
        #expect(CloudResponse(status: status).kindByStatus == kind)
    }

    @Test func headersKnowNoCase() {
        var headers = CloudHeaders([("A", "1"), ("b", "2"), ("a", "3")])
        #expect(headers["a"] == "1")
        headers["a"] = "4"
        #expect(headers.fields.map(\.value) == ["2", "4"])
        headers["B"] = nil
        #expect(headers.fields.count == 1)
    }

    @Test(arguments: [
        ("example.com", true), ("api.example.com", true), ("badexample.com", false), ("EXAMPLE.com", true),
        ("10.0.0.1", true), ("internal", true), ("other.org", false),
    ]) func someHostsNeedNoProxy(_ host: String, _ isException: Bool) {
        #expect(ProxyExceptions(".example.com, 10.0.0.1,internal").contain(host) == isException)
    }

    @Test func proxiesComeFromTheEnvironment() throws {
        let proxy = try CloudTransportSettings(environment: ["https_proxy": "http://u:p@proxy.example:8080/"]).proxy
        #expect(proxy?.host == "proxy.example")
        #expect(proxy?.port == 8080)
        #expect(try CloudTransportSettings(environment: ["HTTPS_PROXY": ""]).proxy == nil)
        for nonsense in ["socks5://x:1", "http://:3", "http://x:99999", "a:b:c"] {
            #expect(throws: CloudTransportError.badProxy) {
                try CloudTransportSettings(environment: ["HTTPS_PROXY": nonsense])
            }
        }
    }

    @Test func badTrustRootsAreNamed() {
        #expect(throws: CloudTransportError.badTrustRoots(path: "/nonexistent/ca.pem")) {
            try CloudTransport(CloudTransportSettings(trustRoots: "/nonexistent/ca.pem"))
        }
    }

    @Test func nobodyThereIsUnavailable() async throws {
        let transport = try CloudTransport()
        let error = await #expect(throws: CloudError.self) {
            try await transport.send(CloudRequest(method: .get, url: "http://127.0.0.1:1/secret?token=abc"))
        }
        await transport.shutdown()
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("127.0.0.1") == true)
        #expect(error?.message.contains("abc") == false)
    }

    /// Debug builds of the HTTP client end the process if an open one is let go.
    @Test func oneThatIsLetGoOpenIsNoCrash() async throws {
        var transport: CloudTransport? = try CloudTransport()
        _ = try? await transport?.send(CloudRequest(method: .get, url: "http://127.0.0.1:1/"))
        transport = nil
        #expect(transport == nil)
    }

    @Test(arguments: ["", "nonsense", "http://", "gopher://x/"]) func whatIsNoAddressIsNoCrash(_ url: String)
        async throws
    {
        let transport = try CloudTransport()
        await #expect(throws: CloudError.self) { try await transport.send(CloudRequest(method: .get, url: url)) }
        await transport.shutdown()
    }

    /// A head at once, then a byte now and then: the deadline is the whole reply's, which would come after 50 s.
    @Test func aReplyThatTricklesEndsByItsDeadline() async throws {
        let server = try RawServer { connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            // Until the client is gone.
            while (try? connection.write("x")) != nil { connection.wait(milliseconds: 50) }
        }
        let transport = try CloudTransport()
        let error = await #expect(throws: CloudError.self) {
            try await transport.send(CloudRequest(method: .get, url: server.address, timeout: .milliseconds(400)))
        }
        #expect(error?.kind == .unavailable)
        await transport.shutdown()
    }

    @Test func aReplyThatIsTooLongIsNoAnswer() async throws {
        let server = try RawServer { connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            try connection.write(String(repeating: "x", count: 5000))
            // Closing at once could take back what the client has not read yet.
            while (try? connection.write("x")) != nil { connection.wait(milliseconds: 50) }
        }
        let transport = try CloudTransport(CloudTransportSettings(maximumBodyBytes: 4096))
        let error = await #expect(throws: CloudError.self) {
            try await transport.send(CloudRequest(method: .get, url: server.address))
        }
        #expect(error?.message.contains("too long") == true)
        await transport.shutdown()
    }

    @Test func redirectsAreNotFollowed() async throws {
        let server = try RawServer { connection in
            try connection.write(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let transport = try CloudTransport()
        let response = try await transport.send(CloudRequest(method: .get, url: server.address))
        #expect(response.status == 302)
        await transport.shutdown()
    }

    /// The proxy gets a CONNECT for https, and nothing of plain http.
    @Test func onlyTLSGoesThroughTheProxy() async throws {
        let proxy = try RawServer { connection in
            let head = try connection.readHead()
            #expect(head.hasPrefix("CONNECT cloud.example:443"))
            #expect(head.contains("Basic dTpw"))
            try connection.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let plain = try RawServer { connection in
            try connection.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        }
        let address = proxy.address.dropFirst("http://".count)
        let transport = try CloudTransport(
            CloudTransportSettings(environment: ["HTTPS_PROXY": "http://u:p@\(address)"]))
        #expect(try await transport.send(CloudRequest(method: .get, url: plain.address)).status == 204)
        await #expect(throws: CloudError.self) {
            try await transport.send(CloudRequest(method: .get, url: "https://cloud.example/"))
        }
        #expect(proxy.connections > 0)
        await transport.shutdown()
    }
}
