import Connectivity

/// Brings one endpoint to where it is desired, step by step: observe, decide, record the intent, act, look again
/// and record what shows. A crash between any two lines is only a repeat.
struct EndpointReconciliation {
    private let workplace: Workplace
    private let records: EndpointRecords

    init(_ workplace: Workplace) {
        self.workplace = workplace
        records = EndpointRecords(workplace)
    }

    /// - Throws: only what the store throws; what the cloud throws is recorded.
    func run(_ id: ID<Endpoint>) async throws {
        var lastDone: CloudAction?
        while let sight = try await records.sight(of: id) {
            guard !workplace.isStopping else { return try await records.release(id) }
            let observed: EndpointObservation
            do throws(CloudError) {
                observed = try await workplace.backend(for: sight.target.service.provider).observe(sight.target)
            } catch {
                return try await records.note(.failed(error, during: nil), on: sight)
            }
            switch nextAction(toward: sight.goal, observed: observed) {
            case .perform(let action) where action == lastDone:
                // It was done and does not show yet: the cloud is slow to tell.
                return try await records.note(.waiting(action.phase, observed), on: sight)
            case .perform(.createEndpoint) where sight.target.service.phase == .publishing:
                // Consumers cannot find a service that is still being made: to them it does not exist.
                return try await records.note(.waiting(.creating, observed), on: sight)
            case .perform(let action):
                guard let intent = try await records.begin(action, on: sight, seeing: observed) else { continue }
                do throws(CloudError) {
                    try await perform(intent, on: sight, seeing: observed)
                } catch {
                    return try await records.note(.failed(error, during: action), on: sight)
                }
                lastDone = action
            case .wait(let phase): return try await records.note(.waiting(phase, observed), on: sight)
            case .settle(let phase): return try await records.note(.settled(phase, observed), on: sight)
            case .hindered(let hindrance): return try await records.note(.hindered(hindrance, observed), on: sight)
            case .raise(let attention): return try await records.note(.raised(attention, observed), on: sight)
            case .fail(let reason): return try await records.note(.gaveUp(reason, observed), on: sight)
            }
        }
    }

    private func perform(
        _ intent: CloudIntent, on sight: EndpointSight, seeing observed: EndpointObservation
    ) async throws(CloudError) {
        let backend = try workplace.backend(for: sight.target.service.provider)
        let target = sight.target
        switch intent.action {
        case .admit, .expel:
            try await workplace.acceptLists.withTurn(for: target.service.id) { () async throws(CloudError) in
                // Counted within the turn: an approval or a revocation may have come since the sight.
                let wanted = try await records.wantedByAccount(on: target)
                if wanted > 0, intent.action == .admit {
                    try await backend.ensureAdmitted(target, limit: wanted)
                } else {
                    try await backend.ensureExpelled(
                        target, remaining: observed.roomLeft(wantedByAccount: wanted))
                }
            }
        case .createEndpoint: try await backend.ensureEndpoint(target, token: intent.token)
        case .accept:
            guard let connection = observed.connection else { return }
            try await backend.ensureAccepted(target, connection: connection.nativeID)
        case .reject:
            guard let connection = observed.connection else { return }
            try await backend.ensureRejected(target, connection: connection.nativeID)
        case .deleteEndpoint: try await backend.ensureEndpointAbsent(target)
        }
    }
}

extension CloudAction {
    /// The phase in which an endpoint is while the action is being done.
    var phase: Endpoint.Phase {
        switch self {
        case .admit: .admitting
        case .createEndpoint: .creating
        case .accept: .connecting
        case .reject, .deleteEndpoint, .expel: .closing
        }
    }

    /// On whose side the action is done: where to look if it fails.
    var side: Fault.Side {
        switch self {
        case .admit, .accept, .reject, .expel: .producer
        case .createEndpoint, .deleteEndpoint: .consumer
        }
    }
}
