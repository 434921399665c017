import NIOSSL
import Testing

@testable import HTTPAPI

@Suite struct TLSTests {
    @Test func servesOverTLSAndNothingElse() async throws {
        let certificate = try SelfSignedCertificate()
        var settings = HTTPServerSettings(port: 0)
        settings.tls = .init(certificateChain: certificate.certificatePath, privateKey: certificate.keyPath)
        settings.limits.headerDeadline = .seconds(1)
        var trust = TLSConfiguration.makeClientConfiguration()
        trust.trustRoots = .file(certificate.certificatePath)
        let context = try NIOSSLContext(configuration: trust)
        try await TestServer.run(settings) { port in
            let client = try await RawClient.connect(to: port, tls: context)
            try await client.send("GET /client HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let first = await client.receive { $0.contains("https") }
            #expect(first.contains(#"["127.0.0.1","https"]"#))
            try await client.send(RoutingTests.request("GET /things/2"))
            #expect(await client.receiveToEnd().contains(#"{"id":"2"}"#))

            let tooLarge = try await RawClient.connect(to: port, tls: context)
            await tooLarge.sendIfPossible(Array(MalformedRequestTests.post("Content-Length: 5000000").utf8))
            await tooLarge.sendIfPossible([UInt8](repeating: 0, count: 2 << 20))
            #expect(RawResponse(await tooLarge.receive { $0.contains("request_id") })?.status == 413)
            await tooLarge.close()

            let plain = try await RawClient.connect(to: port)
            try await plain.send(RoutingTests.request("GET /things/1"))
            #expect(!(await plain.receiveToEnd().contains("HTTP/1.1")))
            let silent = try await RawClient.connect(to: port)
            #expect(await silent.receiveToEnd() == "")
        }
    }
}
