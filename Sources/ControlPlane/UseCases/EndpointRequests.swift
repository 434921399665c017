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
        let nativeEndpointID = filing.nativeEndpointID.map(service.provider.canonical)
        if let nativeEndpointID {
            try requireNoRequest(for: nativeEndpointID, of: account, at: service, in: transaction)
        }
        let producers = try transaction.networks(of: service.accountID)
        let request = EndpointRequest(
            id: environment.newID(at: now), serviceID: service.id, producerTeamID: service.teamID,
            consumerTeamID: account.teamID, accountID: account.id, networkID: network.id, subnet: subnet.nativeID,
            mode: filing.mode, nativeEndpointID: nativeEndpointID,
            requestedAddress: filing.requestedAddress,
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

    /// Takes a pending request back that a member of the consumer's team filed, as a member of that team.
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
        // Nobody filed it: withdrawn, it would never be asked about again, and its connection would stay.
        guard request.origin == .filed else {
            throw ControlPlaneError(
                .notPossibleNow,
                "The request stands for an endpoint that is there: delete the endpoint in your account instead.")
        }
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

    func requirePending(
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

    func resolve(
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
