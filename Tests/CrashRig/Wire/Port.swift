import Connectivity
import ControlPlane
import Foundation
import Synchronization

/// The way to the driver: a line out, a line in. One call at a time.
final class Port: Sendable {
    struct Closed: Error {}

    private let turn = Mutex(())

    func call(_ call: PortCall) throws -> PortReply {
        try turn.withLock { _ in
            var line = try JSONEncoder().encode(call)
            line.append(UInt8(ascii: "\n"))
            try FileHandle.standardOutput.write(contentsOf: line)
            guard let reply = readLine() else { throw Closed() }
            return try JSONDecoder().decode(PortReply.self, from: Data(reply.utf8))
        }
    }
}

/// A cloud that lives in another process, behind the port.
struct DistantBackend: CloudBackend {
    let port: Port

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        guard case .networks(let networks) = try send(.networks(WireAccount(account))) else { throw .strange }
        return networks.map(\.sighting)
    }

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        guard case .service(let seen) = try send(.observeService(WireServiceTarget(target))) else { throw .strange }
        return seen?.observation
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        guard case .endpoint(let seen) = try send(.observeEndpoint(WireEndpointTarget(target))) else {
            throw .strange
        }
        return seen.observation
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        _ = try send(.publish(WireServiceTarget(target)))
    }

    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        _ = try send(.unpublish(WireServiceTarget(target)))
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        _ = try send(.admit(WireEndpointTarget(target), limit: limit))
    }

    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        _ = try send(.expel(WireEndpointTarget(target), remaining: remaining))
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        _ = try send(.createEndpoint(WireEndpointTarget(target), token: token))
    }

    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        _ = try send(.accept(WireEndpointTarget(target), connection: nativeID))
    }

    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        _ = try send(.reject(WireEndpointTarget(target), connection: nativeID))
    }

    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        _ = try send(.deleteEndpoint(WireEndpointTarget(target)))
    }

    private func send(_ call: PortCall) throws(CloudError) -> PortReply {
        let reply: PortReply
        do {
            reply = try port.call(call)
        } catch {
            throw CloudError(kind: .unavailable, message: "\(error)")
        }
        if case .refused(let error) = reply { throw error.error }
        return reply
    }
}

extension CloudError {
    fileprivate static let strange = CloudError(kind: .unavailable, message: "The driver answered something else.")
}
