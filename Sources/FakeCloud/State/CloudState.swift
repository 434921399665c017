import Connectivity
import ControlPlane

/// Everything that exists in the fake cloud. It changes through `record` alone, so that what is kept in the journal is
/// all there is.
struct CloudState: Sendable {
    private(set) var accounts: [String: FakeAccount] = [:]
    private(set) var networks: [String: FakeNetwork] = [:]
    private(set) var loadBalancers: [String: FakeLoadBalancer] = [:]
    private(set) var attachments: [String: ServiceAttachment] = [:]
    private(set) var endpointServices: [String: EndpointService] = [:]
    private(set) var endpoints: [String: PrivateEndpoint] = [:]
    private(set) var addresses: [String: HeldAddress] = [:]

    private(set) var roster = EndpointRoster()
    private(set) var usage = AddressUsage()
    /// Network by subnet.
    private var homes: [String: String] = [:]
    private var lastSequence = 0

    /// Set at the start of each call.
    var now = Timestamp(milliseconds: 0)
    let latency: CloudLatency
    private let entropy: @Sendable (Timestamp) -> ULID.Entropy
    private var idsMade: UInt64 = 0
    /// Effects since the journal last took them.
    private var unsaved: [Effect] = []

    init(latency: CloudLatency, entropy: @escaping @Sendable (Timestamp) -> ULID.Entropy) {
        self.latency = latency
        self.entropy = entropy
    }

    mutating func record(_ effect: Effect) {
        apply(effect)
        unsaved.append(effect)
    }

    mutating func takeUnsaved() -> [Effect] {
        defer { unsaved = [] }
        return unsaved
    }

    mutating func apply(_ effect: Effect) {
        switch effect {
        case .account(let account): accounts[account.nativeID] = account
        case .network(let network):
            networks[network.nativeID] = network
            for subnet in network.subnets { homes[subnet.nativeID] = network.nativeID }
        case .loadBalancer(let balancer): loadBalancers[balancer.nativeID] = balancer
        case .attachment(let attachment): attachments[attachment.uri] = attachment
        case .attachmentGone(let uri): attachments[uri] = nil
        case .endpointService(let service): endpointServices[service.serviceID] = service
        case .endpointServiceGone(let id): endpointServices[id] = nil
        case .endpoint(let endpoint):
            if let before = endpoints[endpoint.nativeID] {
                usage.release(before.addresses)
                roster.change(from: before, to: endpoint)
            } else {
                roster.add(endpoint)
            }
            usage.take(endpoint.addresses)
            endpoints[endpoint.nativeID] = endpoint
            lastSequence = max(lastSequence, endpoint.sequence)
        case .endpointGone(let id):
            guard let endpoint = endpoints.removeValue(forKey: id) else { return }
            usage.release(endpoint.addresses)
            roster.remove(endpoint)
        case .address(let held):
            if let before = addresses[held.nativeID] { usage.release([before.subnetNativeID: before.address]) }
            usage.take([held.subnetNativeID: held.address])
            addresses[held.nativeID] = held
        case .addressGone(let id):
            guard let held = addresses.removeValue(forKey: id) else { return }
            usage.release([held.subnetNativeID: held.address])
        }
    }

    /// The effects that make this state from nothing.
    var effects: [Effect] {
        accounts.values.map(Effect.account) + networks.values.map(Effect.network)
            + loadBalancers.values.map(Effect.loadBalancer) + attachments.values.map(Effect.attachment)
            + endpointServices.values.map(Effect.endpointService) + addresses.values.map(Effect.address)
            + endpoints.values.sorted { $0.sequence < $1.sequence }.map(Effect.endpoint)
    }

    /// The latest instant of which something here tells that it has been.
    var latestPast: Timestamp {
        // Google's endpoints begin to show when they have been made, and nothing else begins after it was recorded.
        let begun = endpoints.values.map { endpoint in
            endpoint.history.begunAt - (endpoint.provider == .gcp ? latency.creation : .zero)
        }
        let offered = endpointServices.values.map(\.history.begunAt)
        return (begun + offered).max() ?? Timestamp(milliseconds: 0)
    }

    /// Forgets what time has taken away.
    mutating func sweep() {
        for id in roster.leaving {
            guard let endpoint = endpoints[id], endpoint.history.sight(at: now) == .gone else { continue }
            record(.endpointGone(id))
            // Its going may have made room for one that waits.
            if roster.hasWaiting(ofService: endpoint.serviceNativeID) {
                decideConnections(of: endpoint.serviceNativeID)
            }
        }
        for service in endpointServices.values where service.history.sight(at: now) == .gone {
            record(.endpointServiceGone(service.serviceID))
        }
    }

    mutating func save(_ endpoint: PrivateEndpoint) { record(.endpoint(endpoint)) }

    func network(ofSubnet nativeID: String) -> FakeNetwork? { homes[nativeID].flatMap { networks[$0] } }

    func subnet(_ nativeID: String) -> Subnet? {
        network(ofSubnet: nativeID)?.subnets.first { $0.nativeID == nativeID }
    }

    /// A service's endpoints in the order of their making.
    func endpoints(of serviceNativeID: String) -> [PrivateEndpoint] {
        roster.ids(ofService: serviceNativeID).compactMap { endpoints[$0] }
    }

    /// The service's endpoint of this native id, if it belongs to this account.
    func endpoint(_ nativeID: String?, of serviceNativeID: String?, account: String) -> PrivateEndpoint? {
        guard let nativeID, let endpoint = endpoints[nativeID], endpoint.serviceNativeID == serviceNativeID,
            endpoint.accountNativeID == account
        else { return nil }
        return endpoint
    }

    /// An account's endpoints on a service.
    func endpoints(of serviceNativeID: String?, account: String) -> [PrivateEndpoint] {
        guard let serviceNativeID else { return [] }
        return roster.ids(ofService: serviceNativeID, account: account).compactMap { endpoints[$0] }
    }

    mutating func nextSequence() -> Int {
        lastSequence += 1
        return lastSequence
    }

    /// A number that no resource has had.
    mutating func freshNumber() -> UInt64 {
        idsMade += 1
        let drawn = entropy(now)
        // An odd factor spreads the count over all bits, whatever little the source may give.
        return drawn.low ^ (UInt64(drawn.high) << 48) ^ (idsMade &* 0x9E37_79B9_7F4A_7C15)
    }
}

extension Connection {
    /// Whether it takes room.
    var isIn: Bool { status == .accepted || status == .needsAttention }
}
