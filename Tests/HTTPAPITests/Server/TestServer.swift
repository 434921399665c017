import ControlPlane
import HTTPTypes
import Logging
import ServiceLifecycle

@testable import HTTPAPI

/// A live server on a free port, with a few routes that show what reached them.
enum TestServer {
    static let routes: [Route] = [
        Route(.get, "/things", access: .open) { call in
            .json(["query": .array(call.query.items.map { [.string($0.name), .string($0.value)] })])
        },
        Route(.post, "/things", access: .open) { call in
            .json(["received": try call.json()], status: .created)
        },
        Route(.get, "/things/{id}", access: .open) { call in
            call.notes.subject = "tester"
            return .json(["id": .string(call.parameter("id"))], headers: [.eTag: "\"7\""])
        },
        Route(.get, "/things/{id}/parts", access: .open) { .json(["parts of": .string($0.parameter("id"))]) },
        Route(.get, "/things/special", access: .open) { _ in .json("special") },
        Route(.delete, "/things/{id}", access: .open) { _ in .noContent },
        Route(.get, "/unchanged", access: .open) { _ in Reply(status: .notModified, headers: [.eTag: "\"7\""]) },
        Route(.get, "/large", access: .open) { _ in
            .json(.string(String(repeating: "postern ", count: 1000)), headers: [.eTag: "\"7\""])
        },
        Route(.get, "/broken", access: .open) { _ in throw Secret(text: "hunter2") },
        Route(.get, "/store", access: .open) { _ in throw StoreError.unavailable(reason: "disk full") },
        Route(.get, "/refused", access: .open) { _ in
            throw Problem(
                .conflict, "No.", faults: [.init(.pointer("/name"), "Taken.")],
                members: [.init("existing", "/things/1")])
        },
        Route(.get, "/client", access: .open) { .json([.string($0.remote), .string($0.scheme)]) },
    ]

    struct Secret: Error { let text: String }

    /// Runs `body` with the port, and then stops the server.
    static func run<Result: Sendable>(
        _ settings: HTTPServerSettings = HTTPServerSettings(port: 0), routes: [Route] = routes,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var settings = settings
        settings.port = 0
        let server = HTTPServer(settings: settings, routes: routes, logger: logger) { continuation.yield($0) }
        let group = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var port = ports.makeAsyncIterator()
            guard let bound = await port.next() else {
                try await tasks.waitForAll()
                throw CancellationError()
            }
            let result = try await body(bound)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }
}
