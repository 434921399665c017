import Connectivity

/// Writes the log: every change and its event are one transaction.
struct EventRecorder: Sendable {
    let environment: Environment

    func record(
        _ kind: Event.Kind, by invocation: Invocation, about subjects: Event.Subjects, _ detail: [String: String] = [:],
        in transaction: any StoreTransaction
    ) throws {
        try record(
            kind, by: Event.Actor(kind: .user, subject: invocation.caller.subject), about: subjects, detail,
            httpRequestID: invocation.httpRequestID, in: transaction)
    }

    func record(
        _ kind: Event.Kind, by actor: Event.Actor, about subjects: Event.Subjects, _ detail: [String: String] = [:],
        httpRequestID: String? = nil, in transaction: any StoreTransaction
    ) throws {
        let now = environment.now()
        try transaction.append(
            EventDraft(
                id: environment.newID(at: now), kind: kind, at: now, actor: actor, httpRequestID: httpRequestID,
                subjects: subjects, detail: detail))
    }
}

extension Event.Subjects {
    init(_ request: EndpointRequest) {
        self.init(
            accountID: request.accountID, networkID: request.networkID, serviceID: request.serviceID,
            requestID: request.id, endpointID: request.endpointID, producerTeamID: request.producerTeamID,
            consumerTeamID: request.consumerTeamID)
    }

    init(_ endpoint: Endpoint) {
        self.init(
            accountID: endpoint.accountID, networkID: endpoint.networkID, serviceID: endpoint.serviceID,
            requestID: endpoint.requestID, endpointID: endpoint.id, producerTeamID: endpoint.producerTeamID,
            consumerTeamID: endpoint.consumerTeamID)
    }

    init(_ service: PublishedService) {
        self.init(accountID: service.accountID, serviceID: service.id, producerTeamID: service.teamID)
    }

    init(_ account: CloudAccount) { self.init(teamID: account.teamID, accountID: account.id) }

    init(_ network: Network, of account: CloudAccount) {
        self.init(teamID: account.teamID, accountID: account.id, networkID: network.id)
    }
}
