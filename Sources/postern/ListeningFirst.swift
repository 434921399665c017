import ServiceLifecycle

/// Two services that stop together, of which the second begins once the first listens: whoever cannot have the port
/// changes nothing in the clouds.
struct ListeningFirst: Service {
    let listener: any Service
    /// Tells the port once.
    let ports: AsyncStream<Int>
    let follower: any Service
    /// Is told the port while the second service begins.
    let whenListening: @Sendable (Int) async throws -> Void

    /// - Throws: what the first of them to fail throws; the others are cancelled then.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask {
                for await port in ports.cancelOnGracefulShutdown() { return try await follow(port) }
            }
            for try await _ in group {}
        }
    }

    private func follow(_ port: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await whenListening(port) }
            group.addTask { try await follower.run() }
            for try await _ in group {}
        }
    }
}
