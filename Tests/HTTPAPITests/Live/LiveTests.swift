import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import HTTPAPI

/// The API behind its real server, over a socket.
struct LiveTests {
    /// Runs `body` with the port, and then stops the server.
    private func serve(_ world: APIWorld, _ body: @Sendable (Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let service = world.api.service(HTTPServerSettings(port: 0)) { continuation.yield($0) }
        let group = ServiceGroup(
            services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var port = ports.makeAsyncIterator()
            try await body(try #require(await port.next()))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func exchange(
        _ port: Int, _ line: String, _ headers: [String] = [], _ body: String = ""
    ) async throws -> RawResponse {
        let fields =
            ["Host: localhost", "Connection: close"] + headers
            + (body.isEmpty ? [] : ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"])
        return try await RawClient.exchange(
            port, "\(line) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)")
    }

    @Test(.timeLimit(.minutes(1)))
    func theAPIAnswersOverASocket() async throws {
        let world = try await APIWorld()
        let token = "Authorization: Bearer \(try #require(world.secret(of: .admin)))"
        try await serve(world) { port in
            #expect(try await exchange(port, "GET /readyz").status == 200)
            let refused = try await exchange(port, "GET /v1/teams")
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"] == "Bearer realm=\"postern\"")
            #expect(refused.headers["content-type"] == "application/problem+json")
            let made = try await exchange(port, "POST /v1/teams", [token, "Request-Id: mine"], #"{"name":"payments"}"#)
            #expect(made.status == 201)
            #expect(made.headers["request-id"] == "mine")
            let head = try await exchange(port, "HEAD /v1/teams/payments", [token])
            #expect(head.status == 200)
            #expect(head.headers["etag"] == "\"1\"")
            #expect(head.body.isEmpty)
            let known = try await exchange(port, "GET /v1/teams/payments", [token, "If-None-Match: \"1\""])
            #expect(known.status == 304)
            let other = try await exchange(port, "PUT /v1/teams/payments", [token])
            #expect(other.status == 405)
            #expect(other.headers["allow"] == "GET, HEAD, OPTIONS, PATCH")
            #expect(try await exchange(port, "GET /v1/nothing").status == 404, "what is not there needs no token")
            let log = try await exchange(port, "GET /v1/events", [token])
            #expect(log.body.contains(#""http_request_id":"mine""#))
        }
    }
}
