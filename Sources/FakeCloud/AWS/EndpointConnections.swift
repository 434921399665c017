import Connectivity
import ControlPlane

/// EC2's calls on endpoint connections, for the producer.
extension CloudState {
    /// `DescribeVpcEndpointConnections`: those that show on the producer's side by now.
    func endpointConnections(of serviceID: String) -> [PrivateEndpoint] {
        endpoints(of: serviceID).filter { isVisible($0) }
    }

    func isVisible(_ endpoint: PrivateEndpoint) -> Bool {
        endpoint.visibleToProducerFrom <= now && endpoint.status(at: now) != nil
    }

    /// `AcceptVpcEndpointConnections`. Whatever cannot be accepted is told item by item, in an answer of success.
    mutating func acceptConnections(of serviceID: String, _ ids: [String]) throws(CloudError) -> [UnsuccessfulItem] {
        try decide(serviceID, ids, if: { $0 == .pendingAcceptance }) { endpoint, now, latency in
            endpoint.wasAccepted = true
            endpoint.history.turn(to: EC2EndpointState.pending.rawValue, now: now)
            endpoint.history.then(EC2EndpointState.available.rawValue, at: now + latency.acceptance, now: now)
        }
    }

    /// `RejectVpcEndpointConnections`. Cuts one that serves, too.
    mutating func rejectConnections(of serviceID: String, _ ids: [String]) throws(CloudError) -> [UnsuccessfulItem] {
        try decide(serviceID, ids, if: \.isRejectable) { endpoint, now, _ in
            endpoint.history.turn(to: EC2EndpointState.rejected.rawValue, now: now)
        }
    }

    private mutating func decide(
        _ serviceID: String, _ ids: [String], if isDecidable: (EC2EndpointState?) -> Bool,
        _ decision: (inout PrivateEndpoint, Timestamp, CloudLatency) -> Void
    ) throws(CloudError) -> [UnsuccessfulItem] {
        guard let service = endpointServices[serviceID], !service.isLeaving else { throw serviceNotFound(serviceID) }
        var unsuccessful: [UnsuccessfulItem] = []
        for id in ids {
            guard var endpoint = endpoints[id], endpoint.serviceNativeID == serviceID, isVisible(endpoint) else {
                unsuccessful.append(UnsuccessfulItem(resourceID: id, error: endpointNotFound(id)))
                continue
            }
            guard isDecidable(endpoint.status(at: now).flatMap(EC2EndpointState.init(wire:))) else {
                let error = ec2Error(
                    .conflict, "InvalidState",
                    "The connection of \(id) is \(endpoint.status(at: now) ?? "gone"): this cannot be done to it")
                unsuccessful.append(UnsuccessfulItem(resourceID: id, error: error))
                continue
            }
            decision(&endpoint, now, latency)
            save(endpoint)
        }
        return unsuccessful
    }
}

extension EC2EndpointState? {
    /// A state that this code does not know may be one that serves, so it can be cut.
    fileprivate var isRejectable: Bool {
        switch self {
        case .pendingAcceptance, .pending, .available, .partial, nil: true
        case .deleting, .deleted, .rejected, .failed, .expired: false
        }
    }
}
