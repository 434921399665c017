import Connectivity

/// A service as it stands in the store, with what its next step depends on.
struct ServiceSight: Sendable {
    let target: ServiceTarget
    let openEndpoints: Int
    let mayStillAppear: Bool
    var service: PublishedService { target.service }
}

/// The store's side of a service's reconciliation.
struct ServiceRecords {
    private let workplace: Workplace

    init(_ workplace: Workplace) { self.workplace = workplace }

    /// nil if the service is not this process's to work on any more.
    func sight(of id: ID<PublishedService>) async throws -> ServiceSight? {
        try await workplace.store.read { reader in
            guard let service = try owned(id, in: reader), let account = try reader.find(service.accountID) else {
                return nil
            }
            return ServiceSight(
                target: ServiceTarget(service: service, account: account),
                openEndpoints: try reader.openEndpoints(of: id).count,
                mayStillAppear: mayStillAppear(service))
        }
    }

    /// A service that was withdrawn before it ever showed may still be on its way.
    private func mayStillAppear(_ service: PublishedService) -> Bool {
        service.desired == .withdrawn && service.nativeID == nil
            && workplace.environment.now() < service.updatedAt + workplace.settings.lateEffectPeriod
    }

    /// Gives the work back untouched.
    func release(_ id: ID<PublishedService>) async throws {
        try await workplace.store.write { transaction in
            guard let service = try owned(id, in: transaction) else { return }
            try transaction.reschedule(
                id, Schedule(dueAt: workplace.environment.now(), attempts: service.schedule.attempts))
        }
    }

    /// Records a look that succeeded, with the connections that it showed.
    func note(
        _ action: NextServiceAction, seeing observed: ServiceObservation?, on sight: ServiceSight
    ) async throws {
        try await change(sight) { service, now, transaction in
            if let observed {
                service.nativeID = observed.nativeID
                service.serviceName = observed.serviceName
                service.warnings = observed.warnings
                try noteConnections(observed.connections, of: service, at: now, in: transaction)
            }
            switch action {
            case .wait(let phase):
                service.move(to: phase, error: nil)
                service.schedule.attempts += 1
                service.schedule.dueAt = now + workplace.delay(.polling, afterAttempts: service.schedule.attempts)
            case .publish, .unpublish:
                service.schedule.attempts += 1
                service.schedule.dueAt = now + workplace.delay(.polling, afterAttempts: service.schedule.attempts)
            case .settle(let phase):
                service.move(to: phase, error: nil)
                service.schedule.attempts = 0
                service.schedule.dueAt = phase == .retired ? nil : now + workplace.settings.servicePeriod
            case .raise(let attention):
                service.move(to: .attention, error: attention.fault(nativeStatus: nil, at: now))
                service.schedule.dueAt = now + workplace.settings.servicePeriod
            case .fail(let reason):
                let fault = Fault(
                    code: "service_failed", side: .producer, message: reason,
                    remedy: "Withdraw this service and publish it again once the cause is mended.", isRetryable: false,
                    at: now)
                service.move(to: .failed, error: fault)
                service.schedule.dueAt = now + workplace.settings.failedPeriod
            }
        }
    }

    /// Records a call that failed.
    func note(_ error: CloudError, on sight: ServiceSight) async throws {
        try await change(sight) { service, now, _ in
            let fault = error.fault(side: .producer, at: now)
            if error.isRetryable {
                service.schedule.attempts += 1
                service.move(to: .failing, error: fault)
                let pause = workplace.delay(.failures, afterAttempts: service.schedule.attempts)
                service.schedule.dueAt = now + max(pause, error.retryAfter ?? .zero)
            } else {
                service.move(to: .failed, error: fault)
                service.schedule.dueAt = now + workplace.settings.failedPeriod
            }
        }
    }

    private func change(
        _ sight: ServiceSight,
        _ body: @escaping @Sendable (inout PublishedService, Timestamp, any StoreTransaction) throws -> Void
    ) async throws {
        try await workplace.store.write { transaction in
            guard var service = try owned(sight.service.id, in: transaction) else { return }
            let now = workplace.environment.now()
            guard service.desired == sight.service.desired else {
                return try transaction.reschedule(service.id, Schedule(dueAt: now))
            }
            let before = service
            try body(&service, now, transaction)
            service.schedule.lease = nil
            try save(service, before: before, at: now, in: transaction)
        }
    }

    private func save(
        _ service: PublishedService, before: PublishedService, at now: Timestamp, in transaction: any StoreTransaction
    ) throws {
        var unseen = before
        unseen.schedule = service.schedule
        guard service != unseen else { return try transaction.reschedule(service.id, service.schedule) }
        var saved = service
        saved.updatedAt = now
        saved.revision += 1
        try transaction.update(saved)
        guard saved.phase != before.phase else { return }
        var detail = ["from": before.phase.rawValue, "to": saved.phase.rawValue]
        detail["code"] = saved.lastError?.code
        detail["cloud_code"] = saved.lastError?.cloudCode
        try workplace.events.record(.serviceMoved, by: .reconciler, about: .init(saved), detail, in: transaction)
    }

    /// Replaces what is known of the service's connections; one that nobody asked for becomes a request for the owners
    /// to decide on.
    private func noteConnections(
        _ connections: [Connection], of service: PublishedService, at now: Timestamp,
        in transaction: any StoreTransaction
    ) throws {
        let known = Dictionary(
            try transaction.connections(of: service.id, requested: nil, Page(limit: .max))
                .map { ($0.connection.nativeID, $0) }, uniquingKeysWith: { first, _ in first })
        let ours = try OpenEndpoints(of: service, in: transaction)
        let sightings = connections.compactMap { connection -> ConnectionSighting? in
            let owner = ours.owner(of: connection)
            // One of ours that was made a moment ago looks like a stranger until its native id is recorded.
            guard owner != nil || !ours.isMakingOne(for: connection.accountNativeID) else { return nil }
            return ConnectionSighting(
                connection: connection, endpointID: owner,
                firstSeenAt: known[connection.nativeID]?.firstSeenAt ?? now, lastSeenAt: now)
        }
        try transaction.replaceConnections(of: service.id, with: sightings)
        for sighting in sightings where sighting.endpointID == nil {
            let connection = sighting.connection
            if isNews(connection, after: known[connection.nativeID]) {
                try noteStranger(connection, at: service, in: transaction)
            }
            if service.desired == .published, connection.status.isAlive {
                _ = try workplace.requests.discover(
                    connection, of: service, patience: workplace.settings.servicePeriod, in: transaction)
            }
        }
    }

    /// Whether a connection that nobody asked for is one that the log does not tell of: it is new, or up again.
    private func isNews(_ connection: Connection, after before: ConnectionSighting?) -> Bool {
        guard let before else { return true }
        return connection.status == .accepted && (before.endpointID != nil || before.connection.status != .accepted)
    }

    private func noteStranger(
        _ connection: Connection, at service: PublishedService, in transaction: any StoreTransaction
    ) throws {
        try workplace.events.record(
            .connectionDiscovered, by: .reconciler, about: .init(service),
            [
                "native_id": connection.nativeID, "account": connection.accountNativeID,
                "native_status": connection.nativeStatus,
            ], in: transaction)
    }

    private func owned(_ id: ID<PublishedService>, in reader: any StoreReader) throws -> PublishedService? {
        guard let service = try reader.find(id), workplace.holds(service.schedule) else { return nil }
        return service
    }
}

/// Our open endpoints of one service, by native id and owner account: both have to match.
private struct OpenEndpoints {
    private var owners: [String: [String: ID<Endpoint>]] = [:]
    private var making: Set<String> = []

    init(of service: PublishedService, in reader: any StoreReader) throws {
        var accounts: [ID<CloudAccount>: String] = [:]
        for endpoint in try reader.openEndpoints(of: service.id) {
            guard let account = try accounts[endpoint.accountID] ?? reader.find(endpoint.accountID)?.nativeID else {
                continue
            }
            accounts[endpoint.accountID] = account
            if let nativeID = endpoint.observed.nativeID { owners[nativeID, default: [:]][account] = endpoint.id }
            if endpoint.isBeingMade { making.insert(account) }
        }
    }

    func owner(of connection: Connection) -> ID<Endpoint>? { owners[connection.nativeID]?[connection.accountNativeID] }

    func isMakingOne(for account: String) -> Bool { making.contains(account) }
}

extension Endpoint {
    /// Whether the cloud may have it under a native id that is not recorded yet.
    fileprivate var isBeingMade: Bool {
        guard mode == .managed else { return false }
        return switch phase {
        case .creating, .connecting, .failing: true
        case .closing: observed.nativeID == nil
        case .admitting, .active, .awaitingConsumer, .attention, .failed, .closed: false
        }
    }
}

extension Connection.Status {
    /// Whether it is up, or may still come up.
    fileprivate var isAlive: Bool {
        switch self {
        case .pending, .accepted, .needsAttention, .unknown: true
        case .rejected, .closed: false
        }
    }
}

extension PublishedService {
    /// Moves to `next` if that is allowed; an error that is the same as before keeps its time.
    fileprivate mutating func move(to next: Phase, error: Fault?) {
        if phase.canMove(to: next) { phase = next }
        if lastError?.code != error?.code || lastError?.message != error?.message { lastError = error }
    }
}
