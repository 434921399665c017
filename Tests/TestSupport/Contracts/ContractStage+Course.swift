import Connectivity
import ControlPlane
import Testing

/// Where the rules led, and what was seen there.
struct CourseEnd {
    let action: NextAction
    let seen: EndpointObservation
}

extension ContractStage {
    /// Rounds after which something that moves is held to be stuck.
    private static let patience = 80

    /// Does what the rules say, look by look, until they say that nothing is left to do: what the reconciler does,
    /// without its store. Errors that are to be retried are.
    /// - Parameters:
    ///   - wanted: the number of wanted endpoints of the account on the service, this one included if it is wanted.
    ///   - siblings: native ids of the account's other wanted endpoints.
    func drive(
        _ endpoint: inout Endpoint, on other: PublishedService? = nil, wanted: Int, siblings: Set<String> = []
    ) async throws -> CourseEnd {
        for _ in 0..<Self.patience {
            let seen = try await persist { () async throws(CloudError) in
                try await backend.observe(target(endpoint, on: other, wanted: siblings))
            }
            if let native = seen.endpoint { endpoint.observed.nativeID = native.nativeID }
            let goal = EndpointGoal(
                desired: endpoint.desired, mode: endpoint.mode, nativeID: endpoint.observed.nativeID,
                hasBeenActive: endpoint.observed.hasBeenActive, wantedByAccount: wanted, recreatesDeleted: true)
            let next = nextAction(toward: goal, observed: seen)
            switch next {
            case .wait: break
            // A list takes a moment to cut what it does not name any more; the reconciler looks again too.
            case .raise(.revocationIsCoarse) where endpoint.desired == .absent && wanted == 0: break
            case .hindered(let hindrance) where hindrance.fault.isRetryable: break
            case .settle, .raise, .fail, .hindered: return CourseEnd(action: next, seen: seen)
            case .perform(let action):
                let (target, token) = (target(endpoint, on: other, wanted: siblings), endpoint.begin(action).token)
                try await persist { () async throws(CloudError) in
                    try await perform(action, on: target, wanted: wanted, token: token, seeing: seen)
                }
                endpoint.intent = nil
            }
            try await rig.advance()
        }
        throw ContractFailure("after \(Self.patience) rounds the endpoint has settled nowhere")
    }

    /// Drives a new endpoint until it serves.
    func connect(
        _ endpoint: inout Endpoint, on other: PublishedService? = nil, wanted: Int = 1, siblings: Set<String> = []
    ) async throws -> EndpointObservation {
        let end = try await drive(&endpoint, on: other, wanted: wanted, siblings: siblings)
        guard end.action == .settle(.active) else {
            throw ContractFailure("the endpoint was to become active, but: \(end.action), seeing \(end.seen)")
        }
        return end.seen
    }

    /// Drives an endpoint until it is gone.
    func close(
        _ endpoint: inout Endpoint, on other: PublishedService? = nil, remaining: Int = 0, siblings: Set<String> = []
    ) async throws {
        endpoint.desired = .absent
        let end = try await drive(&endpoint, on: other, wanted: remaining, siblings: siblings)
        guard end.action == .settle(.closed) else {
            throw ContractFailure("the endpoint was to close, but: \(end.action), seeing \(end.seen)")
        }
    }

    private func perform(
        _ action: CloudAction, on target: EndpointTarget, wanted: Int, token: String, seeing seen: EndpointObservation
    ) async throws(CloudError) {
        switch action {
        case .admit: try await backend.ensureAdmitted(target, limit: wanted)
        case .expel: try await backend.ensureExpelled(target, remaining: seen.roomLeft(wantedByAccount: wanted))
        case .createEndpoint: try await backend.ensureEndpoint(target, token: token)
        case .accept: try await backend.ensureAccepted(target, connection: seen.connection?.nativeID ?? "")
        case .reject: try await backend.ensureRejected(target, connection: seen.connection?.nativeID ?? "")
        case .deleteEndpoint: try await backend.ensureEndpointAbsent(target)
        }
    }

    /// Repeats a call as long as its error says that a repeat may succeed.
    @discardableResult
    func persist<Value>(_ body: () async throws(CloudError) -> Value) async throws -> Value {
        var last: CloudError?
        for _ in 0..<10 {
            do throws(CloudError) {
                return try await body()
            } catch {
                guard error.isRetryable else { throw error }
                last = error
                try await rig.advance()
            }
        }
        throw last ?? CloudError(kind: .unavailable, message: "no attempt was made")
    }

    /// Waits until something shows, for the cloud tells late.
    func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
        for _ in 0..<Self.patience {
            if try await isSo() { return }
            try await rig.advance()
        }
        throw ContractFailure("never seen: \(what)")
    }

    /// The error that a call throws, which it has to.
    func error(_ what: String, _ body: () async throws(CloudError) -> Void) async throws -> CloudError {
        do throws(CloudError) {
            try await body()
        } catch {
            return error
        }
        throw ContractFailure("\(what) succeeded")
    }

    /// Ours among the consumer's endpoints: those that carry this label.
    func made(_ endpoint: Endpoint, of consumer: Int = 0) async throws -> [RigEndpoint] {
        try await rig.endpoints(of: scene.consumers[consumer]).filter { $0.endpointID == endpoint.id.text }
    }
}

/// A promise that was not kept, where a test cannot go on.
struct ContractFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
