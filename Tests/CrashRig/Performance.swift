import Connectivity
import ControlPlane

/// Plays a story. What people do is done under an idempotency key and repeated until it is acknowledged, as a client
/// of the API would; so it does not matter how much of it was done before.
struct Performance {
    private let order: Order
    private let server: StoryServer
    private let port: Port
    private let people: People

    init(_ order: Order, server: StoryServer, port: Port) throws {
        self.order = order
        self.server = server
        self.port = port
        people = try People(server, stage: order.stage)
    }

    func run() async throws {
        if try await !people.hasDone("prepare") { try await prepare() }
        server.calls.arm()
        try await play()
        let count = server.calls.count
        port.order(.ended(calls: count.calls, delayable: count.delayable))
        guard order.death == nil else { return }
        // A last look at everything must find nothing left to do.
        server.clock.advance(by: .seconds(310))
        await server.reconciler.runUntilSettled()
    }

    /// What is there before the story begins.
    private func prepare() async throws {
        try await people.register()
        switch order.story {
        case .adopt, .publish: break
        case .retire: try await people.offer(.published(order.stage.blueprint))
        case .approveManaged, .approveSelfManaged, .reject, .revoke, .revokeEarly, .expire:
            try await people.offer(.adopted(nativeID: order.stage.service))
        }
        try await settle("the networks are known") { try await people.network() != nil }
        switch order.story {
        case .adopt, .publish: break
        case .approveManaged, .approveSelfManaged, .reject, .revokeEarly: try await serviceIs(.available)
        case .revoke, .expire, .retire:
            try await serviceIs(.available)
            try await people.file(.managed, lifetime: order.story == .expire ? .lasting(.seconds(3600)) : .untilRevoked)
            try await people.decide(.approve)
            try await endpointIs(.active)
        }
        try await people.once("prepare") { _ in }
    }

    private func play() async throws {
        switch order.story {
        case .approveManaged:
            try await people.file(.managed)
            try await people.decide(.approve)
            try await endpointIs(.active)
        case .approveSelfManaged:
            try await people.file(.selfManaged)
            try await people.decide(.approve)
            if try await !people.hasDone("identify") {
                try await endpointIs(.awaitingConsumer)
                guard case .nativeID(let native) = port.call(.consumerMakesEndpoint) else {
                    throw Failure("the consumer made no endpoint")
                }
                try await people.identify(native)
            }
            try await endpointIs(.active)
        case .reject:
            try await people.file(.managed)
            try await people.decide(.reject)
            await server.reconciler.runUntilSettled()
        case .revoke:
            try await people.revoke()
            try await endpointIs(.closed)
        case .revokeEarly:
            if try await !people.hasDone("decide") {
                try await people.file(.managed)
                try await people.decide(.approve)
                try await endpointIs(.active)
            }
            try await people.revoke()
            try await endpointIs(.closed)
        case .expire:
            guard let end = try await people.endpoint()?.expiresAt else { throw Failure("nothing will expire") }
            server.clock.advance(by: max(.zero, end.since(server.clock.now)) + .seconds(1))
            try await endpointIs(.closed)
        case .retire:
            try await people.withdrawService()
            try await endpointIs(.closed)
            try await serviceIs(.retired)
        case .adopt:
            try await people.offer(.adopted(nativeID: order.stage.service))
            try await serviceIs(.available)
        case .publish:
            try await people.offer(.published(order.stage.blueprint))
            try await serviceIs(.available)
        }
    }

    private func endpointIs(_ phase: Endpoint.Phase) async throws {
        try await settle("the endpoint is \(phase)") { try await people.endpoint()?.phase == phase }
    }

    private func serviceIs(_ phase: PublishedService.Phase) async throws {
        try await settle("the service is \(phase)") { try await people.service()?.phase == phase }
    }

    /// Lets the reconciler work, the cloud go on and time pass, until `condition` holds. It gives up long before a
    /// lease of a dead process would run out.
    private func settle(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<40 {
            await server.reconciler.runUntilSettled()
            if try await condition() { return }
            port.order(.advance)
            server.clock.advance(by: .seconds(16))
        }
        throw Failure("it never came about that \(what): \(try await people.standing())")
    }
}
