import Connectivity
import ControlPlane
import Synchronization
import TestSupport

@testable import FakeCloud

/// The fake cloud under the contract, with a clock that only `advance` moves.
final class FakeRig: BackendRig {
    let provider: CloudProvider
    let cloud: FakeCloud
    private let clock: TurnedClock
    private let scenes = Mutex(0)

    init(provider: CloudProvider, journal: String? = nil, latency: CloudLatency = .lifelike) throws {
        self.provider = provider
        clock = TurnedClock()
        cloud = try FakeCloud(
            journal: journal, environment: clock.environment, latency: latency, slowness: .zero)
    }

    func makeBackend() -> any CloudBackend { cloud.backend(for: provider) }

    func advance() { clock.turn(by: .milliseconds(300)) }

    func setClockBack(by interval: Duration) { clock.turn(by: .zero - interval) }

    func makeScene(_ wish: SceneWish) throws -> BackendScene {
        let number = scenes.withLock { count in
            count += 1
            return count
        }
        return try FakeScene(provider: provider, number: number).build(wish, in: cloud)
    }

    // MARK: Eyes

    func endpoints(of consumer: RigConsumer) throws -> [RigEndpoint] {
        try cloud.transact { state in
            state.endpoints.values.filter { endpoint in
                endpoint.accountNativeID == consumer.account.nativeID && endpoint.status(at: state.now) != nil
            }.map { endpoint in
                RigEndpoint(
                    nativeID: endpoint.nativeID, endpointID: endpoint.label,
                    subnetNativeIDs: Set(endpoint.addresses.keys), addresses: Set(endpoint.addresses.values),
                    hasPrivateDNS: endpoint.hasPrivateDNS, hasGlobalAccess: endpoint.hasGlobalAccess,
                    securityGroups: Set(endpoint.securityGroups))
            }
        }
    }

    func heldAddresses(of consumer: RigConsumer) throws -> Set<String> {
        try cloud.transact { state in
            consumer.network.subnets.reduce(into: []) { $0.formUnion(state.usage.addresses(in: $1.nativeID)) }
        }
    }

    func services(of producer: RigAccount) throws -> [RigService] {
        try cloud.transact { state in
            let attached = state.attachments.values.map {
                (owner: $0.accountNativeID, id: $0.uri, name: $0.uri, label: $0.label)
            }
            let offered = state.endpointServices.values.map {
                (owner: $0.accountNativeID, id: $0.serviceID, name: $0.serviceName, label: $0.label)
            }
            return (attached + offered).filter { $0.owner == producer.nativeID }
                .map { RigService(account: producer, nativeID: $0.id, serviceName: $0.name, serviceID: $0.label) }
        }
    }

    func admissions(to service: RigService) throws -> [String: Int?] {
        try cloud.transact { state in
            state.attachments[service.nativeID]?.admitted ?? state.endpointServices[service.nativeID]?.admitted ?? [:]
        }
    }

    func connections(to service: RigService) throws -> [String: String] {
        try cloud.transact { state in
            let shown = state.endpoints(of: service.nativeID).filter { state.isVisible($0) }
            return Dictionary(
                shown.map { ($0.nativeID, $0.status(at: state.now) ?? "") }, uniquingKeysWith: { first, _ in first })
        }
    }

    // MARK: Hands

    func createEndpoint(
        by consumer: RigConsumer, in subnet: Subnet, to service: RigService, disguisedAs disguise: ID<Endpoint>?
    ) async throws -> String {
        guard provider == .gcp, let disguise else {
            return try await cloud.createEndpoint(
                accountNativeID: consumer.account.nativeID, subnetNativeID: subnet.nativeID,
                serviceName: service.serviceName)
        }
        return try cloud.transact { state throws(CloudError) in
            try state.insertForwardingRule(
                ForwardingRuleWish(
                    name: "postern-" + disguise.text.replacing("_", with: "-"), project: consumer.account.nativeID,
                    region: subnet.region, subnet: subnet.nativeID, target: service.nativeID, address: nil,
                    label: nil, globalAccess: false, requestID: nil))
        }
    }

    func deleteEndpoint(_ nativeID: String, by consumer: RigConsumer) async throws {
        try await cloud.deleteEndpoint(nativeID: nativeID)
    }

    func setBarred(_ isBarred: Bool, from consumer: RigConsumer) throws {
        try cloud.setBarred(isBarred, from: consumer.account.nativeID)
    }

    func hold(_ address: IPv4Address, in subnet: Subnet, of consumer: RigConsumer) throws {
        try cloud.hold(address, inSubnet: subnet.nativeID)
    }

    func fill(_ subnet: Subnet, of consumer: RigConsumer) throws { try cloud.fill(subnet: subnet.nativeID) }

    func admit(_ accountNativeID: String, limit: Int, to service: RigService) throws {
        try cloud.admit(accountNativeID, limit: limit, to: service.nativeID)
    }

    func removeAdmission(_ accountNativeID: String, from service: RigService) async throws {
        try await cloud.removeAdmission(serviceNativeID: service.nativeID, accountNativeID: accountNativeID)
    }

    func refuse(_ accountNativeID: String, at service: RigService) throws {
        guard provider == .gcp else { return }
        try cloud.refuse(accountNativeID, at: service.nativeID)
    }

    func reject(_ endpointNativeID: String, at service: RigService) async throws {
        try await cloud.decide(
            serviceNativeID: service.nativeID, endpointNativeID: endpointNativeID, isAccepted: false)
    }

    func createService(in producer: RigAccount, region: String) throws -> RigService {
        try FakeScene(provider: provider, number: 0).addSpareService(to: producer, in: cloud)
    }

    func deleteService(_ service: RigService) throws { try cloud.deleteService(service.nativeID) }

    func script(_ fault: ScriptedFault) async { await cloud.script(fault) }

    func clearFaults() async { await cloud.clearFaults() }

    func show(nativeStatus: String, ofEndpoint endpointNativeID: String, at service: RigService) throws {
        try cloud.show(nativeStatus: nativeStatus, ofEndpoint: endpointNativeID)
    }
}

/// Time that stands until it is turned.
final class TurnedClock: Sendable {
    private let now = Mutex(Timestamp(milliseconds: 1_795_000_000_000))

    var environment: Environment {
        let entropy = MonotonicEntropy()
        return Environment(now: { self.now.withLock { $0 } }, entropy: entropy.next(at:), jitter: { 0.5 })
    }

    func turn(by interval: Duration) { now.withLock { $0 = $0 + interval } }
}
