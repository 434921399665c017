import Connectivity

/// Brings one published service to where its owners want it, and records who is connected to it.
struct ServiceReconciliation {
    private let workplace: Workplace
    private let records: ServiceRecords

    init(_ workplace: Workplace) {
        self.workplace = workplace
        records = ServiceRecords(workplace)
    }

    /// - Throws: only what the store throws; what the cloud throws is recorded.
    func run(_ id: ID<PublishedService>) async throws {
        var hasActed = false
        while let sight = try await records.sight(of: id) {
            guard !workplace.isStopping else { return try await records.release(id) }
            let look: Look
            do throws(CloudError) {
                look = try await self.look(at: sight, mayAct: !hasActed)
            } catch {
                return try await records.note(error, on: sight)
            }
            switch look {
            case .acted: hasActed = true
            case .saw(let observed, let action): return try await records.note(action, seeing: observed, on: sight)
            }
        }
    }

    private enum Look {
        case acted
        case saw(ServiceObservation?, NextServiceAction)
    }

    /// Looks at the service, and does what is missing if it may; a second time it only waits for it to show.
    private func look(at sight: ServiceSight, mayAct: Bool) async throws(CloudError) -> Look {
        let backend = try workplace.backend(for: sight.service.provider)
        let observed = try await backend.observe(sight.target)
        let action = nextServiceAction(
            toward: sight.service.desired, origin: sight.service.origin, openEndpoints: sight.openEndpoints,
            mayStillAppear: sight.mayStillAppear, observed: observed)
        switch action {
        case .publish where mayAct:
            try await backend.ensurePublished(sight.target)
            return .acted
        case .unpublish where mayAct:
            try await backend.ensureUnpublished(sight.target)
            return .acted
        case .publish, .unpublish, .wait, .settle, .raise, .fail: return .saw(observed, action)
        }
    }
}
