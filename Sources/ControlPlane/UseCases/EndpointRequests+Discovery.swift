import Connectivity

/// Connections that were there before anybody asked.
extension EndpointRequests {
    /// Puts a connection that nobody asked for into the owners' inbox: it is held until they decide.
    /// - Parameter patience: how long the cloud may go on showing a connection whose endpoint is closed.
    /// - Returns: nil if a request stands for it already, or its account is not registered: then it has no team to be
    ///   a consumer's.
    func discover(
        _ connection: Connection, of service: PublishedService, patience: Duration, in transaction: any StoreTransaction
    ) throws -> EndpointRequest? {
        guard
            let account = try transaction.findAccount(
                provider: service.provider, nativeID: connection.accountNativeID)
        else { return nil }
        let earlier = try transaction.findRequest(service: service.id, nativeEndpointID: connection.nativeID)
        if let earlier, try stands(earlier, for: connection, patience: patience, in: transaction) { return nil }
        let network = try transaction.networks(of: account.id).first { $0.nativeID == connection.networkNativeID }
        let now = environment.now()
        let request = EndpointRequest(
            id: environment.newID(at: now), origin: .discovered, serviceID: service.id,
            producerTeamID: service.teamID, consumerTeamID: account.teamID, accountID: account.id,
            networkID: network?.id, subnet: nil, mode: .selfManaged, nativeEndpointID: connection.nativeID,
            requestedAddress: nil,
            reason: "Nobody asked for this connection: it was found in the cloud, \(connection.nativeStatus).",
            ticket: nil, lifetime: service.policy.maximumLifetime.map { .lasting($0) } ?? .untilRevoked,
            approvalsRequired: service.policy.approvalsRequired,
            findings: Advice.findings(discovered: connection)
                + (try networkFindings(network, of: service, in: transaction)),
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

    private func networkFindings(
        _ network: Network?, of service: PublishedService, in reader: any StoreReader
    ) throws -> [Finding] {
        guard let network else { return [] }
        return Advice.findings(consumer: network, producers: try reader.networks(of: service.accountID))
    }

    /// Whether an earlier request answers for the connection. An undecided one may be asked again: the connection still
    /// waits. A decision stands, unless the connection is up although what was decided on is closed.
    private func stands(
        _ earlier: EndpointRequest, for connection: Connection, patience: Duration, in reader: any StoreReader
    ) throws -> Bool {
        switch earlier.state {
        case .pending: return true
        case .expired, .withdrawn: return false
        case .approved, .rejected:
            guard connection.status == .accepted else { return true }
            guard let endpoint = try earlier.endpointID.flatMap({ try reader.find($0) }) else { return false }
            return endpoint.closedAt.map { $0 + patience > environment.now() } ?? true
        }
    }
}
