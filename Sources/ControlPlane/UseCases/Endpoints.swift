public import Connectivity

/// Endpoints as people act on them: revoke, release, name, retry. What the cloud does is the reconciler's.
public struct Endpoints: Sendable {
    let environment: Environment
    let wake: WakeSignal
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment, wake: WakeSignal) {
        self.environment = environment
        self.wake = wake
    }

    /// Takes the access back, as a member of the producer's team. Revoking what is closing already changes nothing.
    public func revoke(
        _ id: ID<Endpoint>, reason: String, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Endpoint {
        let endpoint = try load(id, in: transaction)
        try AccessRules.toActAsProducer(
            producer: endpoint.producerTeamID, consumer: endpoint.consumerTeamID, by: invocation.caller
        ).require("endpoint")
        try precondition.check(endpoint.revision)
        return try close(endpoint, .revoked, reason: reason, by: invocation, in: transaction)
    }

    /// Gives the access back, as a member of the consumer's team. Releasing what is closing already changes nothing.
    public func release(
        _ id: ID<Endpoint>, reason: String?, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Endpoint {
        let endpoint = try load(id, in: transaction)
        try AccessRules.toActAsConsumer(
            producer: endpoint.producerTeamID, consumer: endpoint.consumerTeamID, by: invocation.caller
        ).require("endpoint")
        try precondition.check(endpoint.revision)
        return try close(
            endpoint, .released, reason: reason ?? "Not needed any more.", by: invocation, in: transaction)
    }

    private func close(
        _ endpoint: Endpoint, _ kind: Endpoint.Closing.Kind, reason: String, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Endpoint {
        try close(
            endpoint, kind, reason: reason, by: Event.Actor(kind: .user, subject: invocation.caller.subject),
            httpRequestID: invocation.httpRequestID, in: transaction)
    }

    /// Makes the endpoint unwanted; the reconciler takes it down.
    func close(
        _ endpoint: Endpoint, _ kind: Endpoint.Closing.Kind, reason: String, by actor: Event.Actor,
        httpRequestID: String? = nil, in transaction: any StoreTransaction
    ) throws -> Endpoint {
        guard endpoint.desired == .present else { return endpoint }
        let now = environment.now()
        var closing = endpoint
        closing.desired = .absent
        closing.phase = .closing
        closing.lastError = nil
        closing.closing = Endpoint.Closing(kind: kind, by: actor.subject, reason: reason, at: now)
        closing.schedule = Schedule(dueAt: now, lease: endpoint.schedule.lease)
        closing.updatedAt = now
        closing.revision += 1
        try transaction.update(closing)
        try events.record(
            .endpointClosing, by: actor, about: .init(closing), ["kind": kind.rawValue, "reason": reason],
            httpRequestID: httpRequestID, in: transaction)
        transaction.afterCommit(wake.wake)
        return closing
    }

    /// Tells which endpoint the consumer made itself: the only one that is let in.
    public func identify(
        _ id: ID<Endpoint>, nativeID: String, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Endpoint {
        var endpoint = try load(id, in: transaction)
        try AccessRules.toActAsConsumer(
            producer: endpoint.producerTeamID, consumer: endpoint.consumerTeamID, by: invocation.caller
        ).require("endpoint")
        try precondition.check(endpoint.revision)
        guard endpoint.mode == .selfManaged else {
            throw ControlPlaneError(.notPossibleNow, "Postern makes this endpoint itself: it is managed.")
        }
        guard endpoint.desired == .present else {
            throw ControlPlaneError(.notPossibleNow, "The endpoint is \(endpoint.phase.rawValue).")
        }
        guard let provider = try transaction.find(endpoint.accountID)?.provider else {
            throw ControlPlaneError.notFound("cloud account")
        }
        let nativeID = provider.canonical(nativeID)
        if let objection = provider.objection(toEndpoint: nativeID) {
            throw ControlPlaneError.impossible("/native_id", objection)
        }
        guard endpoint.observed.nativeID != nativeID else { return endpoint }
        guard !endpoint.observed.hasBeenActive else {
            throw ControlPlaneError(
                .notPossibleNow,
                "The endpoint has been active already: release it and file a request for the other one.")
        }
        let siblings = try transaction.openEndpoints(of: endpoint.serviceID, account: endpoint.accountID)
        if let twin = siblings.first(where: { $0.id != id && $0.observed.nativeID == nativeID }) {
            throw ControlPlaneError(.conflict, "\(nativeID) stands for \(twin.id) already.")
        }
        let now = environment.now()
        endpoint.observed.nativeID = nativeID
        endpoint.schedule = Schedule(dueAt: now, lease: endpoint.schedule.lease)
        endpoint.updatedAt = now
        endpoint.revision += 1
        try transaction.update(endpoint)
        try events.record(
            .endpointIdentified, by: invocation, about: .init(endpoint), ["native_id": nativeID], in: transaction)
        transaction.afterCommit(wake.wake)
        return endpoint
    }

    /// Asks for another attempt now, after what the error names was changed.
    public func retry(
        _ id: ID<Endpoint>, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Endpoint {
        var endpoint = try load(id, in: transaction)
        try AccessRules.toSee(
            producer: endpoint.producerTeamID, consumer: endpoint.consumerTeamID, by: invocation.caller
        ).require("endpoint")
        guard
            invocation.caller.isAdmin || invocation.caller.isMember(of: endpoint.producerTeamID)
                || invocation.caller.isMember(of: endpoint.consumerTeamID)
        else { throw ControlPlaneError(.forbidden, "Only members of one of the two teams may do this.") }
        try precondition.check(endpoint.revision)
        switch endpoint.phase {
        case .failing, .failed, .attention: break
        case .admitting, .creating, .connecting, .active, .awaitingConsumer, .closing, .closed:
            throw ControlPlaneError(
                .notPossibleNow, "The endpoint is \(endpoint.phase.rawValue): there is nothing to retry.")
        }
        endpoint.schedule = Schedule(dueAt: environment.now(), lease: endpoint.schedule.lease)
        try transaction.reschedule(id, endpoint.schedule)
        try events.record(.endpointRetried, by: invocation, about: .init(endpoint), in: transaction)
        transaction.afterCommit(wake.wake)
        return endpoint
    }

    /// Closes endpoints whose lifetime is over.
    func expireOverdue(limit: Int, in transaction: any StoreTransaction) throws {
        let overdue = try transaction.endpoints(expiredAt: environment.now(), limit: limit)
        for endpoint in overdue {
            _ = try close(
                endpoint, .expired, reason: "The lifetime that was approved has ended.",
                by: Event.Actor(kind: .system, subject: "expiry"), in: transaction)
        }
    }

    public func get(_ id: ID<Endpoint>, by caller: Caller, in reader: any StoreReader) throws -> Endpoint {
        let endpoint = try load(id, in: reader)
        try AccessRules.toSee(producer: endpoint.producerTeamID, consumer: endpoint.consumerTeamID, by: caller)
            .require("endpoint")
        return endpoint
    }

    private func load(_ id: ID<Endpoint>, in reader: any StoreReader) throws -> Endpoint {
        guard let endpoint = try reader.find(id) else { throw ControlPlaneError.notFound("endpoint") }
        return endpoint
    }
}
