import Connectivity

/// `connectedEndpoints[].status`.
enum PSCStatus: String {
    case pending = "PENDING"
    case accepted = "ACCEPTED"
    case rejected = "REJECTED"
    case closed = "CLOSED"
    case needsAttention = "NEEDS_ATTENTION"
}

extension ServiceAttachment {
    /// The status that each of its endpoints (in the order of their making) is due by the lists, the organisation's
    /// policy and the room in the NAT subnets. Closed ones, and those of unknown status, are not in the answer. Pure.
    /// - Parameter consumersByPolicy: the projects that a policy lets in; nil: no policy.
    func decisions(on endpoints: [PrivateEndpoint], consumersByPolicy: Set<String>?) -> [String: PSCStatus] {
        var decided: [String: PSCStatus] = [:]
        var used: [AcceptEntry.Subject: Int] = [:]
        // What is connected keeps its room; only then come those who wait.
        for endpoint in endpoints {
            switch endpoint.history.final.flatMap(PSCStatus.init) {
            case .accepted, .needsAttention:
                let status = whatBecomes(ofAccepted: endpoint)
                decided[endpoint.nativeID] = status
                if status == .accepted, let entry = acceptEntry(of: endpoint) { used[entry.subject, default: 0] += 1 }
            case .pending, .rejected, .closed, nil: break
            }
        }
        for endpoint in endpoints {
            switch endpoint.history.final.flatMap(PSCStatus.init) {
            case .pending:
                decided[endpoint.nativeID] = decision(on: endpoint, consumersByPolicy, &used) ?? .pending
            case .rejected:
                let fresh = reconcilesConnections ? decision(on: endpoint, consumersByPolicy, &used) : nil
                // On neither list any more, it waits again.
                decided[endpoint.nativeID] = fresh ?? (reconcilesConnections ? .pending : .rejected)
            case .accepted, .needsAttention, .closed, nil: break
            }
        }
        var connected = 0
        for endpoint in endpoints where decided[endpoint.nativeID] == .accepted {
            connected += 1
            if connected > natCapacity { decided[endpoint.nativeID] = .needsAttention }
        }
        return decided
    }

    /// `reconcileConnections` is what lets the lists reach a connection that is up.
    private func whatBecomes(ofAccepted endpoint: PrivateEndpoint) -> PSCStatus {
        guard reconcilesConnections else { return .accepted }
        if rejects(endpoint) { return .rejected }
        return preference == .automatic || acceptEntry(of: endpoint) != nil ? .accepted : .pending
    }

    /// What the lists and the policy say of one that waits, or is new. nil: neither list speaks of it, or its entry has no
    /// room left.
    /// - Parameter used: the connections that each entry of the accept list has.
    func decision(
        on endpoint: PrivateEndpoint, _ consumersByPolicy: Set<String>?, _ used: inout [AcceptEntry.Subject: Int]
    ) -> PSCStatus? {
        if let consumersByPolicy, !consumersByPolicy.contains(endpoint.accountNativeID) { return .rejected }
        if preference == .automatic { return .accepted }
        if rejects(endpoint) { return .rejected }
        guard let entry = acceptEntry(of: endpoint), used[entry.subject, default: 0] < entry.limit else { return nil }
        used[entry.subject, default: 0] += 1
        return .accepted
    }

    /// Whether this can only have let in more than `before`: nobody who was in loses by it.
    func onlyWidens(_ before: ServiceAttachment) -> Bool {
        guard preference == before.preference, rejectList == before.rejectList,
            reconcilesConnections == before.reconcilesConnections
        else { return false }
        let limits = Dictionary(acceptList.map { ($0.subject, $0.limit) }, uniquingKeysWith: { first, _ in first })
        return before.acceptList.allSatisfy { limits[$0.subject, default: 0] >= $0.limit }
    }

    private func rejects(_ endpoint: PrivateEndpoint) -> Bool {
        rejectList.contains(endpoint.accountNativeID) || rejectList.contains(endpoint.networkNativeID)
            || rejectList.contains(endpoint.nativeID)
    }

    private func acceptEntry(of endpoint: PrivateEndpoint) -> AcceptEntry? {
        acceptList.first { entry in
            switch entry.subject {
            case .project(let id): id == endpoint.accountNativeID
            case .network(let uri): uri == endpoint.networkNativeID
            case .endpoint(let uri): uri == endpoint.nativeID
            }
        }
    }
}
