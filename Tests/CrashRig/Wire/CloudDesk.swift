package import ControlPlane
import Synchronization

/// Answers a process's calls, wherever the cloud is.
package final class CloudDesk: Sendable {
    private let backend: any CloudBackend
    private let advance: @Sendable () async throws -> Void
    private let makeEndpoint: @Sendable () async throws -> String
    private let onTheirWay = Mutex<[PortCall]>([])
    private let madeByConsumer = Mutex<String?>(nil)

    /// - Parameters:
    ///   - advance: lets the cloud finish what it is at work at, if nothing new comes.
    ///   - makeEndpoint: the consumer's own hands; gives the native id.
    package init(
        backend: any CloudBackend, advance: @escaping @Sendable () async throws -> Void,
        makeEndpoint: @escaping @Sendable () async throws -> String
    ) {
        self.backend = backend
        self.advance = advance
        self.makeEndpoint = makeEndpoint
    }

    package func answer(_ call: PortCall) async -> PortReply {
        do {
            return try await reply(to: call)
        } catch let error as CloudError {
            return .refused(WireCloudError(error))
        } catch {
            return .broken("\(error)")
        }
    }

    private func reply(to call: PortCall) async throws -> PortReply {
        switch call {
        case .networks(let account):
            return .networks(try await backend.networks(of: try account.account()).map(WireNetwork.init))
        case .observeService(let target):
            return .service(try await backend.observe(try target.target()).map(WireServiceObservation.init))
        case .publish(let target): try await backend.ensurePublished(try target.target())
        case .unpublish(let target): try await backend.ensureUnpublished(try target.target())
        case .observeEndpoint(let target):
            return .endpoint(WireEndpointObservation(try await backend.observe(try target.target())))
        case .admit(let target, let limit): try await backend.ensureAdmitted(try target.target(), limit: limit)
        case .expel(let target, let remaining):
            try await backend.ensureExpelled(try target.target(), remaining: remaining)
        case .createEndpoint(let target, let token):
            try await backend.ensureEndpoint(try target.target(), token: token)
        case .accept(let target, let connection):
            try await backend.ensureAccepted(try target.target(), connection: connection)
        case .reject(let target, let connection):
            try await backend.ensureRejected(try target.target(), connection: connection)
        case .deleteEndpoint(let target): try await backend.ensureEndpointAbsent(try target.target())
        case .late(let call): onTheirWay.withLock { $0.append(call) }
        case .advance:
            try await arrive()
            try await advance()
        case .consumerMakesEndpoint: return .nativeID(try await consumersEndpoint())
        case .ended: return .broken("the end of a story is no cloud's business")
        }
        return .done
    }

    private func arrive() async throws {
        let arriving = onTheirWay.withLock { calls in
            defer { calls = [] }
            return calls
        }
        for call in arriving {
            do {
                _ = try await reply(to: call)
            } catch is CloudError {
                // Nobody is there any more to hear of it.
            }
        }
    }

    private func consumersEndpoint() async throws -> String {
        if let made = madeByConsumer.withLock({ $0 }) { return made }
        let native = try await makeEndpoint()
        madeByConsumer.withLock { $0 = native }
        return native
    }
}
