import Connectivity

/// Which endpoints belong to whom, so that a look at one need not go through all.
struct EndpointRoster: Sendable {
    /// A consumer of a service: a whole account, or one of its networks.
    private struct Party: Hashable, Sendable {
        let service: String
        let consumer: String
    }

    private var byService: [String: [String]] = [:]
    private var byAccount: [Party: Set<String>] = [:]
    private var byLabel: [String: String] = [:]
    private var byToken: [String: String] = [:]
    /// Those whose history ends.
    private(set) var leaving: Set<String> = []
    /// Google: connections that are, or will be, accepted; by account and by network.
    private var accepted: [Party: Int] = [:]
    /// Google: by service, connections that are neither accepted nor over. Only they gain by another's going.
    private var waiting: [String: Int] = [:]

    mutating func add(_ endpoint: PrivateEndpoint) {
        byService[endpoint.serviceNativeID, default: []].append(endpoint.nativeID)
        byAccount[account(of: endpoint), default: []].insert(endpoint.nativeID)
        if let label = endpoint.label { byLabel[label] = endpoint.nativeID }
        if let token = endpoint.token { byToken[token] = endpoint.nativeID }
        count(endpoint, by: 1)
    }

    /// Takes note of another status.
    mutating func change(from before: PrivateEndpoint, to after: PrivateEndpoint) {
        count(before, by: -1)
        count(after, by: 1)
    }

    mutating func remove(_ endpoint: PrivateEndpoint) {
        byService[endpoint.serviceNativeID]?.removeAll { $0 == endpoint.nativeID }
        byAccount[account(of: endpoint)]?.remove(endpoint.nativeID)
        if let label = endpoint.label, byLabel[label] == endpoint.nativeID { byLabel[label] = nil }
        if let token = endpoint.token, byToken[token] == endpoint.nativeID { byToken[token] = nil }
        count(endpoint, by: -1)
    }

    /// A service's endpoints in the order of their making.
    func ids(ofService service: String) -> [String] { byService[service] ?? [] }

    func ids(ofService service: String, account: String) -> Set<String> {
        byAccount[Party(service: service, consumer: account)] ?? []
    }

    func id(labelled label: String) -> String? { byLabel[label] }

    func id(madeWith token: String) -> String? { byToken[token] }

    /// - Parameter consumer: an account's or a network's native id; nil: all of the service's.
    func acceptedCount(ofService service: String, consumer: String? = nil) -> Int {
        accepted[Party(service: service, consumer: consumer ?? "")] ?? 0
    }

    func hasWaiting(ofService service: String) -> Bool { waiting[service, default: 0] > 0 }

    private func account(of endpoint: PrivateEndpoint) -> Party {
        Party(service: endpoint.serviceNativeID, consumer: endpoint.accountNativeID)
    }

    private mutating func count(_ endpoint: PrivateEndpoint, by step: Int) {
        if endpoint.isLeaving {
            if step > 0 { leaving.insert(endpoint.nativeID) } else { leaving.remove(endpoint.nativeID) }
        }
        guard endpoint.provider == .gcp else { return }
        switch endpoint.history.final.flatMap(PSCStatus.init) {
        case .accepted, .needsAttention:
            for consumer in [endpoint.accountNativeID, endpoint.networkNativeID, ""] {
                accepted[Party(service: endpoint.serviceNativeID, consumer: consumer), default: 0] += step
            }
            if endpoint.history.final == PSCStatus.needsAttention.rawValue {
                waiting[endpoint.serviceNativeID, default: 0] += step
            }
        case .pending, .rejected: waiting[endpoint.serviceNativeID, default: 0] += step
        case .closed, nil: break
        }
    }
}
