public import Connectivity

/// How requests are decided, by people and by policy, and what a decision calls into being.
extension EndpointRequests {
    /// Decides on a request as one of the service's owners. One rejection is enough; approvals count until the policy
    /// has as many distinct approvers as it asks for.
    public func decide(
        _ id: ID<EndpointRequest>, _ verdict: Approval.Verdict, reason: String, if precondition: Precondition,
        by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> (request: EndpointRequest, approval: Approval) {
        guard let request = try transaction.find(id), let service = try transaction.find(request.serviceID) else {
            throw ControlPlaneError.notFound("endpoint request")
        }
        let caller = invocation.caller
        switch AccessRules.toDecide(
            request, by: caller, seesService: AccessRules.toSee(service, by: caller) == .granted,
            policy: service.policy)
        {
        case .granted: break
        case .hidden: throw ControlPlaneError.notFound("endpoint request")
        case .refused(let reason): throw ControlPlaneError(.forbidden, reason)
        case .ownRequest where verdict == .reject: break
        case .ownRequest:
            throw ControlPlaneError(
                .ownRequest, "You filed this request, so somebody else of the owner team has to approve it.")
        }
        try precondition.check(request.revision)
        try requirePending(request, to: verdict == .approve ? .approve : .reject)
        let earlier = try transaction.approvals(of: id)
        // Who approved may still reject: while the request is pending, a second thought on the safe side counts.
        guard verdict == .reject || !earlier.contains(where: { $0.decidedBy == caller.subject }) else {
            throw ControlPlaneError(
                .alreadyDecided,
                "You have approved this request already; \(request.approvalsRequired - earlier.count) more by others "
                    + "are needed.")
        }
        if verdict == .approve { try recheck(request, of: service, in: transaction) }
        let actor = Event.Actor(kind: .user, subject: caller.subject)
        let asAdmin = !caller.isMember(of: request.producerTeamID)
        guard verdict == .reject || earlier.count + 1 >= request.approvalsRequired else {
            let approval = try record(
                verdict, on: request, decision: (reason, actor), asAdmin: asAdmin,
                httpRequestID: invocation.httpRequestID, in: transaction)
            var counted = request
            counted.updatedAt = approval.createdAt
            counted.revision += 1
            try transaction.update(counted)
            return (counted, approval)
        }
        return try settle(
            request, verdict == .approve ? .approve : .reject, decision: (reason, actor), asAdmin: asAdmin,
            httpRequestID: invocation.httpRequestID, in: transaction)
    }

    /// What held at filing must hold at the approval too: time has passed between them.
    private func recheck(
        _ request: EndpointRequest, of service: PublishedService, in reader: any StoreReader
    ) throws {
        guard service.desired == .published else {
            throw ControlPlaneError(.notPossibleNow, "The service is withdrawn.")
        }
        if case .until(let end) = request.lifetime, end <= environment.now() {
            throw ControlPlaneError(
                .notPossibleNow, "The endpoint was wanted until \(end), which has passed: reject the request instead.")
        }
        if let limit = service.policy.limitExceeded(by: request.lifetime, approvedAt: environment.now()) {
            throw ControlPlaneError(
                .notPossibleNow,
                "Endpoints of \(service.name) live at most \(limit.components.seconds) seconds now, and this one was "
                    + "asked for longer: raise the limit first, or reject.")
        }
        guard !service.policy.denyList.names(team: request.consumerTeamID, account: request.accountID) else {
            throw ControlPlaneError(
                .notPossibleNow, "The service's deny list names this consumer: take it off the list first, or reject.")
        }
        guard let account = try reader.find(request.accountID), account.teamID == request.consumerTeamID else {
            throw ControlPlaneError(
                .notPossibleNow, "The cloud account has changed hands since the request was filed: reject it.")
        }
        if let twin = try openTwin(of: request, in: reader) { throw twin.refusal }
    }

    /// Records the decision that resolves the request, and makes the endpoint if it is an approval.
    func settle(
        _ request: EndpointRequest, _ event: EndpointRequest.Event, decision: (reason: String, by: Event.Actor),
        asAdmin: Bool, httpRequestID: String? = nil, in transaction: any StoreTransaction
    ) throws -> (request: EndpointRequest, approval: Approval) {
        let verdict: Approval.Verdict = event == .approve ? .approve : .reject
        let twin = try openTwin(of: request, in: transaction)
        if let twin, verdict == .approve { throw twin.refusal }
        let approval = try record(
            verdict, on: request, decision: decision, asAdmin: asAdmin, httpRequestID: httpRequestID, in: transaction)
        var decided = request
        // What another approval stands for is not cut by a rejection of this one.
        let endpoint = twin == nil ? endpoint(of: request, by: approval) : nil
        decided.endpointID = endpoint?.id
        let resolved = try resolve(decided, event, in: transaction)
        try events.record(
            verdict == .approve ? .requestApproved : .requestRejected, by: decision.by, about: .init(resolved),
            ["reason": decision.reason], httpRequestID: httpRequestID, in: transaction)
        if let endpoint {
            try transaction.insert(endpoint)
            try events.record(
                .endpointCreated, by: decision.by, about: .init(endpoint), httpRequestID: httpRequestID,
                in: transaction)
            transaction.afterCommit(wake.wake)
        }
        return (resolved, approval)
    }

    /// What a decision calls into being: an approval the wanted endpoint, the rejection of one that is there already an
    /// unwanted one, so that the reconciler cuts it.
    private func endpoint(of request: EndpointRequest, by approval: Approval) -> Endpoint? {
        guard approval.verdict == .approve || request.origin == .discovered else { return nil }
        var endpoint = Endpoint(
            request, id: environment.newID(at: approval.createdAt), approvedAt: approval.createdAt)
        if approval.verdict == .reject {
            endpoint.desired = .absent
            endpoint.phase = .closing
            endpoint.closing = Endpoint.Closing(
                kind: .rejected, by: approval.decidedBy, reason: approval.reason, at: approval.createdAt)
        }
        return endpoint
    }

    private func record(
        _ verdict: Approval.Verdict, on request: EndpointRequest, decision: (reason: String, by: Event.Actor),
        asAdmin: Bool, httpRequestID: String?, in transaction: any StoreTransaction
    ) throws -> Approval {
        let now = environment.now()
        let approval = Approval(
            id: environment.newID(at: now), requestID: request.id, serviceID: request.serviceID,
            producerTeamID: request.producerTeamID, consumerTeamID: request.consumerTeamID, verdict: verdict,
            reason: decision.reason, decidedBy: decision.by.subject,
            origin: decision.by.kind == .user ? .person : .policy, asAdmin: asAdmin, createdAt: now)
        try transaction.insert(approval)
        try events.record(
            .approvalGiven, by: decision.by, about: .init(request),
            [
                "approval": approval.id.text, "verdict": verdict.rawValue, "reason": decision.reason,
                "as_admin": String(asAdmin),
            ], httpRequestID: httpRequestID, in: transaction)
        return approval
    }
}

extension Endpoint {
    /// The endpoint that an approval calls into being: due at once.
    init(_ request: EndpointRequest, id: ID<Endpoint>, approvedAt: Timestamp) {
        self.init(
            id: id, requestID: request.id, serviceID: request.serviceID, producerTeamID: request.producerTeamID,
            consumerTeamID: request.consumerTeamID, accountID: request.accountID, networkID: request.networkID,
            subnet: request.subnet, mode: request.mode, requestedAddress: request.requestedAddress,
            options: request.options, observed: Observed(nativeID: request.nativeEndpointID),
            schedule: Schedule(dueAt: approvedAt),
            expiresAt: request.lifetime.end(approvedAt: approvedAt), createdAt: approvedAt, updatedAt: approvedAt)
    }
}
