import Connectivity

/// An endpoint as it stands in the store, with all that a step needs to know.
struct EndpointSight: Sendable {
    let goal: EndpointGoal
    let target: EndpointTarget
    var endpoint: Endpoint { target.endpoint }
}

/// The store's side of an endpoint's reconciliation: what is known before a step, and what is recorded of it.
struct EndpointRecords {
    private let workplace: Workplace

    init(_ workplace: Workplace) { self.workplace = workplace }

    /// nil if the endpoint is not this process's to work on any more.
    func sight(of id: ID<Endpoint>) async throws -> EndpointSight? {
        try await workplace.store.read { reader in
            guard let endpoint = try reader.find(id), workplace.holds(endpoint.schedule),
                let service = try reader.find(endpoint.serviceID), let producer = try reader.find(service.accountID),
                let consumer = try reader.find(endpoint.accountID)
            else { return nil }
            let network = try endpoint.networkID.flatMap { try reader.find($0) }
            let wanted = try reader.openEndpoints(of: service.id, account: consumer.id)
                .filter { $0.desired == .present }
            return EndpointSight(
                goal: EndpointGoal(
                    desired: endpoint.desired, mode: endpoint.mode, nativeID: endpoint.observed.nativeID,
                    networkNativeID: network.map { service.provider.canonical($0.nativeID) },
                    hasBeenActive: endpoint.observed.hasBeenActive,
                    wantedByAccount: wanted.count { $0.needsRoom(at: service.provider) },
                    recreatesDeleted: service.policy.recreatesDeletedEndpoints,
                    mayStillGrow: mayStillGrow(endpoint)),
                target: EndpointTarget(
                    endpoint: endpoint, service: service, producer: producer, consumer: consumer, network: network,
                    subnet: endpoint.subnet.flatMap { network?.subnet($0) },
                    additionalSubnets: endpoint.options.additionalSubnets.compactMap { network?.subnet($0) },
                    // Another one may stand in another network than the approved one: its own look tells.
                    wantedNativeIDs: Set(wanted.filter(\.isKnownToStand).compactMap(\.observed.nativeID))))
        }
    }

    /// A call that was begun before the end takes effect soon after it, or never.
    private func mayStillGrow(_ endpoint: Endpoint) -> Bool {
        guard let closing = endpoint.closing, !endpoint.unseenCalls.isEmpty else { return false }
        return workplace.environment.now() < closing.at + workplace.settings.lateEffectPeriod
    }

    /// The room that the account needs on the service now.
    /// - Throws: `CloudError.unavailable` if the store cannot tell: then nothing may be done to the list.
    func wantedByAccount(on target: EndpointTarget) async throws(CloudError) -> Int {
        do {
            return try await workplace.store.read { reader in
                try reader.openEndpoints(of: target.service.id, account: target.consumer.id)
                    .count { $0.needsRoom(at: target.service.provider) }
            }
        } catch {
            throw CloudError(kind: .unavailable, message: "Postern's own store could not be read.")
        }
    }

    /// Records that `action` is about to be done; nil if what is desired has changed since the sight.
    func begin(
        _ action: CloudAction, on sight: EndpointSight, seeing observed: EndpointObservation
    ) async throws -> CloudIntent? {
        try await workplace.store.write { transaction in
            guard var endpoint = try current(sight, in: transaction) else { return nil }
            let before = endpoint
            try concludeStep(of: &endpoint, unless: action, on: sight, seeing: observed, in: transaction)
            let intent = endpoint.begin(action)
            endpoint.see(observed)
            endpoint.set(out: action)
            endpoint.schedule.lease = workplace.lease(from: workplace.environment.now())
            try save(endpoint, before: before, in: transaction)
            let isDrift =
                before.observed.hasBeenActive && (observed.admission == .absent || action == .createEndpoint)
                && before.desired == .present
            if isDrift {
                try workplace.events.record(
                    .endpointDriftSeen, by: .reconciler, about: .init(endpoint),
                    ["missing": action == .admit ? "admission" : "endpoint", "repair": action.rawValue], in: transaction
                )
            }
            return intent
        }
    }

    /// A step was taken once its effect shows, whether or not its answer came: so a crash or a lost answer leaves no gap
    /// in the log, and a cloud that is slow to show what it made is asked again by the same token.
    private func concludeStep(
        of endpoint: inout Endpoint, unless next: CloudAction? = nil, on sight: EndpointSight,
        seeing observed: EndpointObservation, in transaction: any StoreTransaction
    ) throws {
        endpoint.recognize(observed, wantedByAccount: sight.goal.wantedByAccount)
        guard let open = endpoint.intent?.action, open != next,
            observed.shows(open, wantedByAccount: sight.goal.wantedByAccount)
        else { return }
        endpoint.succeed(at: open)
        try workplace.events.record(
            .endpointStepTaken, by: .reconciler, about: .init(endpoint), ["action": open.rawValue], in: transaction)
    }

    /// Gives the work back untouched: it is due for whoever comes next.
    func release(_ id: ID<Endpoint>) async throws {
        try await workplace.store.write { transaction in
            guard let endpoint = try owned(id, in: transaction) else { return }
            try transaction.reschedule(
                id, Schedule(dueAt: workplace.environment.now(), attempts: endpoint.schedule.attempts))
        }
    }

    /// Records how the look or the step ended, and when to look again.
    func note(_ outcome: EndpointOutcome, on sight: EndpointSight) async throws {
        try await workplace.store.write { transaction in
            let now = workplace.environment.now()
            guard var endpoint = try current(sight, in: transaction) else {
                // Somebody decided otherwise meanwhile: what was seen says nothing about the new wish.
                guard let endpoint = try owned(sight.endpoint.id, in: transaction) else { return }
                return try transaction.reschedule(endpoint.id, Schedule(dueAt: now))
            }
            let before = endpoint
            if let seen = outcome.observation {
                try concludeStep(of: &endpoint, on: sight, seeing: seen, in: transaction)
            }
            let isAskedAgain = endpoint.schedule.dueAt != sight.endpoint.schedule.dueAt
            endpoint.take(
                outcome, at: now, settings: workplace.settings,
                delay: { workplace.delay($0, afterAttempts: $1) })
            // A refused call has no effect; one before it, whose answer never came, may have.
            if case .failed(let error, let action?) = outcome, !error.mayHaveHadEffect,
                !sight.endpoint.unseenCalls.contains(action)
            {
                endpoint.unseenCalls.remove(action)
            }
            // Somebody asked for another attempt while this one was under way: what it saw may be older than the ask.
            if isAskedAgain, endpoint.phase != .closed { endpoint.schedule.dueAt = now }
            try save(endpoint, before: before, in: transaction)
            guard endpoint.phase == .closed, var service = try transaction.find(endpoint.serviceID) else { return }
            if service.desired == .withdrawn {
                // The service may be waiting for its last endpoint.
                service.schedule.dueAt = now
                try transaction.reschedule(service.id, service.schedule)
            }
        }
    }

    private func owned(_ id: ID<Endpoint>, in reader: any StoreReader) throws -> Endpoint? {
        guard let endpoint = try reader.find(id), workplace.holds(endpoint.schedule) else { return nil }
        return endpoint
    }

    /// The endpoint, if the wish is still the one of the sight.
    private func current(_ sight: EndpointSight, in reader: any StoreReader) throws -> Endpoint? {
        guard let endpoint = try owned(sight.endpoint.id, in: reader), endpoint.desired == sight.endpoint.desired,
            sight.endpoint.mode == .managed || endpoint.observed.nativeID == sight.endpoint.observed.nativeID
        else { return nil }
        return endpoint
    }

    /// Writes what has changed. A revision is spent only on what a reader of the API can see.
    private func save(_ endpoint: Endpoint, before: Endpoint, in transaction: any StoreTransaction) throws {
        var unseen = before
        unseen.schedule = endpoint.schedule
        guard endpoint != unseen else {
            return try transaction.reschedule(endpoint.id, endpoint.schedule)
        }
        var saved = endpoint
        saved.updatedAt = workplace.environment.now()
        saved.revision += 1
        try transaction.update(saved)
        guard saved.phase != before.phase else { return }
        var detail = ["from": before.phase.rawValue, "to": saved.phase.rawValue]
        detail["code"] = saved.lastError?.code
        detail["cloud_code"] = saved.lastError?.cloudCode
        try workplace.events.record(
            .endpointMoved, by: .reconciler, about: .init(saved), detail, in: transaction)
    }
}
