import Connectivity
import ControlPlane

extension InMemoryReading {
    func find(_ id: ID<EndpointRequest>) -> EndpointRequest? { tables.requests[id] }

    func requests(_ query: RequestQuery, _ page: Page<ID<EndpointRequest>>) -> [EndpointRequest] {
        newestFirst(tables.requests, page) {
            query.audience.includes($0.producerTeamID, $0.consumerTeamID) && matches(query.state, $0.state)
                && matches(query.service, $0.serviceID) && matches(query.team, $0.producerTeamID, $0.consumerTeamID)
                && matches(query.account, $0.accountID) && isIn(query.awaiting, $0)
        }
    }

    private func isIn(_ inbox: RequestQuery.Inbox?, _ request: EndpointRequest) -> Bool {
        guard let inbox else { return true }
        return request.state == .pending && inbox.teams.map { $0.contains(request.producerTeamID) } ?? true
            && !tables.approvals.values.contains {
                $0.requestID == request.id && $0.decidedBy == inbox.subject && $0.verdict == .approve
            }
    }

    func findLiveRequest(
        service: ID<PublishedService>, network: ID<Network>, subnet: String
    ) -> EndpointRequest? {
        let live = tables.requests.values.filter {
            $0.serviceID == service && $0.networkID == network && $0.subnet == subnet && isLive($0)
        }
        return live.max { $0.id < $1.id }
    }

    func findRequest(service: ID<PublishedService>, nativeEndpointID: String) -> EndpointRequest? {
        tables.requests.values
            .filter { request in
                let seen = request.endpointID.flatMap { tables.endpoints[$0] }?.observed.nativeID
                return request.serviceID == service && [request.nativeEndpointID, seen].contains(nativeEndpointID)
            }
            .max { $0.id < $1.id }
    }

    private func isLive(_ request: EndpointRequest) -> Bool {
        if request.state == .pending { return true }
        guard let endpoint = request.endpointID.flatMap({ tables.endpoints[$0] }) else { return false }
        return endpoint.phase != .closed
    }

    func requests(expiredAt instant: Timestamp, limit: Int) -> [EndpointRequest] {
        let overdue = tables.requests.values.filter { $0.state == .pending && $0.expiresAt <= instant }
        return Array(overdue.sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }.prefix(limit))
    }

    func find(_ id: ID<Endpoint>) -> Endpoint? { tables.endpoints[id] }

    func endpoints(_ query: EndpointQuery, _ page: Page<ID<Endpoint>>) -> [Endpoint] {
        newestFirst(tables.endpoints, page) {
            query.audience.includes($0.producerTeamID, $0.consumerTeamID) && matches(query.phase, $0.phase)
                && matches(query.service, $0.serviceID) && matches(query.team, $0.producerTeamID, $0.consumerTeamID)
                && matches(query.account, $0.accountID)
        }
    }

    func openEndpoints(of service: ID<PublishedService>) -> [Endpoint] { openEndpoints { $0.serviceID == service } }

    func openEndpoints(of service: ID<PublishedService>, account: ID<CloudAccount>) -> [Endpoint] {
        openEndpoints { $0.serviceID == service && $0.accountID == account }
    }

    private func openEndpoints(where isWanted: (Endpoint) -> Bool) -> [Endpoint] {
        tables.endpoints.values.filter { $0.phase != .closed && isWanted($0) }.sorted { $0.id < $1.id }
    }

    func endpoints(expiredAt instant: Timestamp, limit: Int) -> [Endpoint] {
        let overdue = tables.endpoints.values.compactMap { endpoint -> (end: Timestamp, endpoint: Endpoint)? in
            guard endpoint.desired == .present, let end = endpoint.expiresAt, end <= instant else { return nil }
            return (end, endpoint)
        }
        return overdue.sorted { ($0.end, $0.endpoint.id) < ($1.end, $1.endpoint.id) }.prefix(limit).map(\.endpoint)
    }
}
