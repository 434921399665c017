import HTTPTypes
import Logging
import ServiceLifecycle
import Testing

@testable import HTTPAPI

@Suite struct ShutdownTests {
    @Test func requestsInFlightFinishAndNothingElseHoldsTheServer() async throws {
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let routes = [
            Route(.get, "/slow", access: .open) { _ in
                enter.yield()
                for await _ in released { break }
                return .json("done")
            }
        ]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let server = HTTPServer(settings: HTTPServerSettings(port: 0), routes: routes, logger: logger) {
            bound.yield($0)
        }
        let group = ServiceGroup(services: [server], logger: logger)
        let running = Task { try await group.run() }
        var port = 0
        for await number in ports {
            port = number
            break
        }

        let busy = try await RawClient.connect(to: port)
        try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        for await _ in entered { break }
        let idle = try await RawClient.connect(to: port)
        try await idle.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = await idle.receive { $0.contains("not_found") }

        await group.triggerGracefulShutdown()
        _ = await idle.receiveToEnd()
        await #expect(throws: (any Error).self) { try await RawClient.connect(to: port) }
        release.yield()
        let response = try #require(RawResponse(await busy.receiveToEnd()))
        #expect(response.status == 200)
        #expect(response.headers["connection"] == "close")
        #expect(response.body == #""done""#)
        try await running.value
    }

    @Test func aTakenPortIsToldInOneSentence() async throws {
        try await TestServer.run { port in
            let second = HTTPServer(
                settings: HTTPServerSettings(port: port), routes: [],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: HTTPServerError.self) { try await second.run() }
            #expect(error?.description.hasPrefix("Cannot listen on 127.0.0.1:\(port): ") == true)
        }
    }

    @Test func missingTLSFilesAreToldInOneSentence() async throws {
        let files = HTTPServerSettings.TLSFiles(certificateChain: "/nowhere.pem", privateKey: "/nowhere.key")
        let server = HTTPServer(
            settings: HTTPServerSettings(port: 0, tls: files), routes: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let error = await #expect(throws: HTTPServerError.self) { try await server.run() }
        #expect(error?.description.contains("TLS certificate") == true)
    }
}
