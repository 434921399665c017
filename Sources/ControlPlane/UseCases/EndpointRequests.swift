public import Connectivity

/// Requests for endpoints: consumers file and withdraw them, the service's owners or its policy decide.
public struct EndpointRequests: Sendable {
    let environment: Environment
    let services: Services
    let wake: WakeSignal
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment, services: Services, wake: WakeSignal) {
        self.environment = environment
        self.services = services
        self.wake = wake
    }

    /// A request to be filed.
    public struct Filing: Sendable {
        public let service: Reference<PublishedService>
        public let networkID: ID<Network>
        /// The subnet's name or native id.
        public let subnet: String
        public let mode: Endpoint.Mode
        public let nativeEndpointID: String?
        public let requestedAddress: IPv4Address?
        public let options: EndpointOptions
        public let reason: String
        public let ticket: String?
        public let lifetime: EndpointRequest.Lifetime

        public init(
            service: Reference<PublishedService>, networkID: ID<Network>, subnet: String, mode: Endpoint.Mode,
            nativeEndpointID: String?, requestedAddress: IPv4Address?, options: EndpointOptions = EndpointOptions(),
            reason: String, ticket: String?, lifetime: EndpointRequest.Lifetime
        ) {
            self.service = service
            self.networkID = networkID
            self.subnet = subnet
            self.mode = mode
            self.nativeEndpointID = nativeEndpointID
            self.requestedAddress = requestedAddress
            self.options = options
            self.reason = reason
            self.ticket = ticket
            self.lifetime = lifetime
        }
    }

    /// Files a request, and lets the service's policy rule on it in the same transaction.
    public func file(
        _ filing: Filing, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> EndpointRequest {
        let caller = invocation.caller
        let service = try resolveOne(at: "/service") { try services.get(filing.service, by: caller, in: transaction) }
        let network = try resolveOne(at: "/network_id") {
            try Networks(environment: environment, accounts: services.accounts)
                .get(filing.networkID, by: caller, in: transaction)
        }
        guard let account = try transaction.find(network.accountID) else {
            throw ControlPlaneError.notFound("cloud account")
        }
        try AccessRules.toUse(account, by: caller).require("network")
        guard service.desired == .published else {
            throw ControlPlaneError.impossible("/service", "\(service.name) is withdrawn and takes no new requests")
        }
        let now = environment.now()
        let (subnet, options) = try FilingRules(service: service, account: account, network: network, now: now)
            .check(filing)
        if let live = try transaction.findLiveRequest(
            service: service.id, network: network.id, subnet: subnet.nativeID)
        {
            throw ControlPlaneError(
                .duplicateRequest,
                "\(service.name) is requested for \(subnet.name) of \(network.name) already: see \(live.id), which is "
                    + (live.state == .pending ? "pending." : "approved and not closed."),
                existing: live.id)
        }
        let producers = try transaction.networks(of: service.accountID)
        let request = EndpointRequest(
            id: environment.newID(at: now), serviceID: service.id, producerTeamID: service.teamID,
            consumerTeamID: account.teamID, accountID: account.id, networkID: network.id, subnet: subnet.nativeID,
            mode: filing.mode, nativeEndpointID: filing.nativeEndpointID, requestedAddress: filing.requestedAddress,
            options: options, reason: filing.reason, ticket: filing.ticket, lifetime: filing.lifetime,
            approvalsRequired: service.policy.approvalsRequired,
            findings: Advice.findings(consumer: network, producers: producers), requestedBy: caller.subject,
            createdAt: now, expiresAt: now + service.policy.requestTTL, updatedAt: now)
        try transaction.insert(request)
        try events.record(
            .requestFiled, by: invocation, about: .init(request), ["reason": filing.reason], in: transaction)
        return try applyPolicy(of: service, to: request, in: transaction)
    }

    private func applyPolicy(
        of service: PublishedService, to request: EndpointRequest, in transaction: any StoreTransaction
    ) throws -> EndpointRequest {
        switch service.policy.ruling(onTeam: request.consumerTeamID, account: request.accountID) {
        case .ask: request
        case .approve(let reason):
            try settle(request, .approve, decision: (reason, .policy), asAdmin: false, in: transaction).request
        case .reject(let reason):
            try settle(request, .reject, decision: (reason, .policy), asAdmin: false, in: transaction).request
        }
    }

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
        guard !service.policy.denyList.names(team: request.consumerTeamID, account: request.accountID) else {
            throw ControlPlaneError(
                .notPossibleNow, "The service's deny list names this consumer: take it off the list first, or reject.")
        }
        guard let account = try reader.find(request.accountID), account.teamID == request.consumerTeamID else {
            throw ControlPlaneError(
                .notPossibleNow, "The cloud account has changed hands since the request was filed: reject it.")
        }
    }

    /// Puts a connection that nobody asked for into the owners' inbox: it is held until they decide.
    /// - Returns: nil if a request stands for it already, or its account is not registered: then it has no team to be
    ///   a consumer's.
    func discover(
        _ connection: Connection, of service: PublishedService, in transaction: any StoreTransaction
    ) throws -> EndpointRequest? {
        guard
            let account = try transaction.findAccount(
                provider: service.provider, nativeID: connection.accountNativeID)
        else { return nil }
        let earlier = try transaction.findRequest(service: service.id, nativeEndpointID: connection.nativeID)
        // An undecided one may be asked again: the connection still waits. A decision stands.
        guard earlier.map({ $0.state == .expired }) ?? true else { return nil }
        let network = try transaction.networks(of: account.id).first { $0.nativeID == connection.networkNativeID }
        let now = environment.now()
        let request = EndpointRequest(
            id: environment.newID(at: now), origin: .discovered, serviceID: service.id,
            producerTeamID: service.teamID, consumerTeamID: account.teamID, accountID: account.id,
            networkID: network?.id, subnet: nil, mode: .selfManaged, nativeEndpointID: connection.nativeID,
            requestedAddress: nil,
            reason: "Nobody asked for this connection: it was found in the cloud, \(connection.nativeStatus).",
            ticket: nil, lifetime: .untilRevoked, approvalsRequired: service.policy.approvalsRequired, findings: [],
            requestedBy: "discovery", createdAt: now, expiresAt: now + service.policy.requestTTL, updatedAt: now)
        try transaction.insert(request)
        try events.record(
            .requestDiscovered, by: .reconciler, about: .init(request),
            ["native_id": connection.nativeID, "account": connection.accountNativeID], in: transaction)
        // An accept list lets in those who ask; who did not is for people to judge.
        guard service.policy.denyList.names(team: request.consumerTeamID, account: request.accountID) else {
            return request
        }
        return try settle(
            request, .reject, decision: ("The service's deny list names this consumer.", .policy), asAdmin: false,
            in: transaction
        ).request
    }

    /// Takes a pending request back, as a member of the consumer's team.
    public func withdraw(
        _ id: ID<EndpointRequest>, reason: String?, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> EndpointRequest {
        guard let request = try transaction.find(id) else { throw ControlPlaneError.notFound("endpoint request") }
        try AccessRules.toActAsConsumer(
            producer: request.producerTeamID, consumer: request.consumerTeamID, by: invocation.caller
        ).require("endpoint request")
        try precondition.check(request.revision)
        try requirePending(request, to: .withdraw)
        let resolved = try resolve(request, .withdraw, in: transaction)
        try events.record(
            .requestWithdrawn, by: invocation, about: .init(resolved), reason.map { ["reason": $0] } ?? [:],
            in: transaction)
        return resolved
    }

    /// Ends pending requests that nobody decided in time.
    func expireOverdue(limit: Int, in transaction: any StoreTransaction) throws {
        let overdue = try transaction.requests(expiredAt: environment.now(), limit: limit)
        for request in overdue {
            let resolved = try resolve(request, .expire, in: transaction)
            try events.record(
                .requestExpired, by: .init(kind: .system, subject: "expiry"), about: .init(resolved), in: transaction)
        }
    }

    func rejectAllPending(
        of service: PublishedService, reason: String, in transaction: any StoreTransaction
    ) throws {
        let batch = 200
        var rejected: Int
        repeat {
            let pending = try transaction.requests(
                RequestQuery(audience: .everything, state: .pending, service: service.id), Page(limit: batch))
            for request in pending {
                _ = try settle(request, .reject, decision: (reason, .policy), asAdmin: false, in: transaction)
            }
            rejected = pending.count
        } while rejected == batch
    }

    public func get(
        _ id: ID<EndpointRequest>, by caller: Caller, in reader: any StoreReader
    ) throws -> EndpointRequest {
        guard let request = try reader.find(id) else { throw ControlPlaneError.notFound("endpoint request") }
        try AccessRules.toSee(producer: request.producerTeamID, consumer: request.consumerTeamID, by: caller)
            .require("endpoint request")
        return request
    }

    private func requirePending(
        _ request: EndpointRequest, to event: EndpointRequest.Event
    ) throws(ControlPlaneError) {
        do throws(EndpointRequest.IllegalTransition) {
            _ = try request.state.next(event)
        } catch {
            throw ControlPlaneError(
                .alreadyResolved, "The request is \(error.state.rawValue) already, and that is final.")
        }
        // Time decides, not the moment at which the expiry is recorded.
        guard request.expiresAt > environment.now() else {
            throw ControlPlaneError(
                .alreadyResolved, "Nobody decided the request until \(request.expiresAt), so it has expired.")
        }
    }

    /// Records the decision that resolves the request, and makes the endpoint if it is an approval.
    private func settle(
        _ request: EndpointRequest, _ event: EndpointRequest.Event, decision: (reason: String, by: Event.Actor),
        asAdmin: Bool, httpRequestID: String? = nil, in transaction: any StoreTransaction
    ) throws -> (request: EndpointRequest, approval: Approval) {
        let verdict: Approval.Verdict = event == .approve ? .approve : .reject
        let approval = try record(
            verdict, on: request, decision: decision, asAdmin: asAdmin, httpRequestID: httpRequestID, in: transaction)
        var decided = request
        let endpoint = endpoint(of: request, by: approval)
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

    private func resolve(
        _ request: EndpointRequest, _ event: EndpointRequest.Event, in transaction: any StoreTransaction
    ) throws -> EndpointRequest {
        var resolved = request
        resolved.state = try request.state.next(event)
        resolved.resolvedAt = environment.now()
        resolved.updatedAt = environment.now()
        resolved.revision += 1
        try transaction.update(resolved)
        return resolved
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
