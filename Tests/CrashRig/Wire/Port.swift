import Connectivity
import ControlPlane
import Foundation
import Synchronization

/// The way to the driver: a line out, a line in. One call at a time.
///
/// Where the driver itself is broken, the process ends: a story that went on without an answer would prove nothing.
final class Port: Sendable {
    private let delaysNext = Mutex(false)

    /// The next call will only be on its way when its answer comes.
    func delayNext() { delaysNext.withLock { $0 = true } }

    func call(_ call: PortCall) -> PortReply {
        delaysNext.withLock { delays in
            let reply: PortReply
            do {
                var line = try JSONEncoder().encode(delays ? .late(call) : call)
                delays = false
                line.append(UInt8(ascii: "\n"))
                try FileHandle.standardOutput.write(contentsOf: line)
                guard let answer = readLine() else { Self.giveUp("it is gone") }
                reply = try JSONDecoder().decode(PortReply.self, from: Data(answer.utf8))
            } catch {
                Self.giveUp("\(error)")
            }
            if case .broken(let reason) = reply { Self.giveUp(reason) }
            return reply
        }
    }

    /// Asks for something that has no answer but that it was done.
    func order(_ call: PortCall) {
        guard case .done = self.call(call) else { Self.giveUpOnStrangeAnswer() }
    }

    static func giveUpOnStrangeAnswer() -> Never { giveUp("it answered something else than it was asked") }

    private static func giveUp(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("the driver failed: \(reason)\n".utf8))
        exit(1)
    }
}

/// A cloud that lives in another process, behind the port.
struct DistantBackend: CloudBackend {
    let port: Port

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        guard case .networks(let networks) = try send(.networks(WireAccount(account))) else {
            Port.giveUpOnStrangeAnswer()
        }
        return networks.map(\.sighting)
    }

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        guard case .service(let seen) = try send(.observeService(WireServiceTarget(target))) else {
            Port.giveUpOnStrangeAnswer()
        }
        return seen?.observation
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        guard case .endpoint(let seen) = try send(.observeEndpoint(WireEndpointTarget(target))) else {
            Port.giveUpOnStrangeAnswer()
        }
        return seen.observation
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        try order(.publish(WireServiceTarget(target)))
    }

    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        try order(.unpublish(WireServiceTarget(target)))
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        try order(.admit(WireEndpointTarget(target), limit: limit))
    }

    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        try order(.expel(WireEndpointTarget(target), remaining: remaining))
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        try order(.createEndpoint(WireEndpointTarget(target), token: token))
    }

    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try order(.accept(WireEndpointTarget(target), connection: nativeID))
    }

    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try order(.reject(WireEndpointTarget(target), connection: nativeID))
    }

    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        try order(.deleteEndpoint(WireEndpointTarget(target)))
    }

    private func order(_ call: PortCall) throws(CloudError) {
        guard case .done = try send(call) else { Port.giveUpOnStrangeAnswer() }
    }

    private func send(_ call: PortCall) throws(CloudError) -> PortReply {
        let reply = port.call(call)
        if case .refused(let error) = reply { throw error.error }
        return reply
    }
}
