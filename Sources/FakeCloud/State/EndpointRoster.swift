/// Which endpoints belong to whom, so that a look at one need not go through all.
struct EndpointRoster: Sendable {
    private struct Pair: Hashable, Sendable {
        let service: String
        let account: String
    }

    private var byService: [String: [String]] = [:]
    private var byPair: [Pair: [String]] = [:]
    private var byLabel: [String: String] = [:]
    private var byToken: [String: String] = [:]
    /// Those whose history ends.
    private(set) var leaving: Set<String> = []

    mutating func add(_ endpoint: PrivateEndpoint) {
        byService[endpoint.serviceNativeID, default: []].append(endpoint.nativeID)
        byPair[pair(of: endpoint), default: []].append(endpoint.nativeID)
        if let label = endpoint.label { byLabel[label] = endpoint.nativeID }
        if let token = endpoint.token { byToken[token] = endpoint.nativeID }
        if endpoint.isLeaving { leaving.insert(endpoint.nativeID) }
    }

    mutating func remove(_ endpoint: PrivateEndpoint) {
        byService[endpoint.serviceNativeID]?.removeAll { $0 == endpoint.nativeID }
        byPair[pair(of: endpoint)]?.removeAll { $0 == endpoint.nativeID }
        if let label = endpoint.label, byLabel[label] == endpoint.nativeID { byLabel[label] = nil }
        if let token = endpoint.token, byToken[token] == endpoint.nativeID { byToken[token] = nil }
        leaving.remove(endpoint.nativeID)
    }

    mutating func leaves(_ nativeID: String) { leaving.insert(nativeID) }

    func ids(ofService service: String) -> [String] { byService[service] ?? [] }

    func ids(ofService service: String, account: String) -> [String] {
        byPair[Pair(service: service, account: account)] ?? []
    }

    func id(labelled label: String) -> String? { byLabel[label] }

    func id(madeWith token: String) -> String? { byToken[token] }

    private func pair(of endpoint: PrivateEndpoint) -> Pair {
        Pair(service: endpoint.serviceNativeID, account: endpoint.accountNativeID)
    }
}
