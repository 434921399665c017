import Connectivity
import ControlPlane
import Testing

/// A scene as Postern's own words tell of it, with a backend to act on it.
struct ContractStage {
    let rig: any BackendRig
    let scene: BackendScene
    let backend: any CloudBackend
    let producer: CloudAccount
    let consumers: [CloudAccount]
    let networks: [Network]
    /// The scene's service, adopted.
    let service: PublishedService

    init(_ rig: any BackendRig, _ wish: SceneWish = SceneWish()) async throws {
        self.rig = rig
        scene = try await rig.makeScene(wish)
        backend = try await rig.makeBackend()
        let producer = Self.account(scene.producer, of: rig.provider)
        let consumers = scene.consumers.map { Self.account($0.account, of: rig.provider) }
        self.producer = producer
        self.consumers = consumers
        networks = zip(scene.consumers, consumers).map { consumer, account in
            Network(
                id: .fresh(), accountID: account.id, name: consumer.network.name,
                nativeID: consumer.network.nativeID, region: consumer.network.region, ranges: consumer.network.ranges,
                subnets: consumer.network.subnets, source: .discovered, observedAt: .contract, createdAt: .contract,
                updatedAt: .contract)
        }
        service = Self.service(
            .adopted(nativeID: scene.service.nativeID), of: producer, region: scene.region, seen: scene.service)
    }

    /// Ours to publish from the scene's blueprint; not made yet.
    func newService() -> PublishedService {
        Self.service(.published(scene.blueprint), of: producer, region: scene.region, seen: nil)
    }

    func adopted(_ nativeID: String) -> PublishedService {
        Self.service(.adopted(nativeID: nativeID), of: producer, region: scene.region, seen: nil)
    }

    /// An endpoint that Postern is to make.
    func endpoint(
        of consumer: Int = 0, subnet: Int = 0, address: IPv4Address? = nil, options: EndpointOptions = .init()
    ) -> Endpoint {
        makeEndpoint(
            of: consumer, subnet: networks[consumer].subnets[subnet].nativeID, mode: .managed, address: address,
            options: options, nativeID: nil)
    }

    /// An endpoint that its consumer makes; `nativeID` is what the consumer told.
    func selfManaged(_ nativeID: String?, of consumer: Int = 0) -> Endpoint {
        makeEndpoint(
            of: consumer, subnet: networks[consumer].subnets[0].nativeID, mode: .selfManaged, address: nil,
            options: .init(), nativeID: nativeID)
    }

    func target(
        _ endpoint: Endpoint, on other: PublishedService? = nil, wanted: Set<String> = []
    ) -> EndpointTarget {
        let index = consumers.firstIndex { $0.id == endpoint.accountID } ?? 0
        let network = networks[index]
        return EndpointTarget(
            endpoint: endpoint, service: other ?? service, producer: producer, consumer: consumers[index],
            network: network, subnet: endpoint.subnet.flatMap { network.subnet($0) },
            additionalSubnets: endpoint.options.additionalSubnets.compactMap { network.subnet($0) },
            wantedNativeIDs: wanted.union([endpoint.observed.nativeID].compactMap(\.self)))
    }

    func target(_ service: PublishedService) -> ServiceTarget { ServiceTarget(service: service, account: producer) }

    private static func account(_ account: RigAccount, of provider: CloudProvider) -> CloudAccount {
        CloudAccount(
            id: .fresh(), name: .contract, teamID: .fresh(), provider: provider, nativeID: account.nativeID,
            access: account.access, description: nil, schedule: Schedule(dueAt: nil), createdAt: .contract,
            updatedAt: .contract)
    }

    private static func service(
        _ origin: PublishedService.Origin, of producer: CloudAccount, region: String, seen: RigService?
    ) -> PublishedService {
        PublishedService(
            id: .fresh(), name: .contract, teamID: producer.teamID, accountID: producer.id,
            provider: producer.provider, region: region, description: "Made by the backend contract.",
            documentationURL: nil, origin: origin, nativeID: seen?.nativeID, serviceName: seen?.serviceName,
            visibility: .everyone, policy: AccessPolicy(), schedule: Schedule(dueAt: nil), createdAt: .contract,
            updatedAt: .contract)
    }

    private func makeEndpoint(
        of consumer: Int, subnet: String, mode: Endpoint.Mode, address: IPv4Address?, options: EndpointOptions,
        nativeID: String?
    ) -> Endpoint {
        Endpoint(
            id: .fresh(), requestID: .fresh(), serviceID: service.id, producerTeamID: producer.teamID,
            consumerTeamID: consumers[consumer].teamID, accountID: consumers[consumer].id,
            networkID: networks[consumer].id, subnet: subnet, mode: mode, requestedAddress: address, options: options,
            observed: .init(nativeID: nativeID), schedule: Schedule(dueAt: nil), expiresAt: nil,
            createdAt: .contract, updatedAt: .contract)
    }
}

extension ID {
    /// Unlike any other, in this run and in those before: an emulator may remember them.
    static func fresh() -> Self {
        ID(at: .contract, entropy: .init(high: .random(in: 0...UInt16.max), low: .random(in: 0...UInt64.max)))
    }
}

extension Timestamp {
    static let contract = Timestamp(milliseconds: 1_795_000_000_000)
}

extension ResourceName {
    static var contract: ResourceName {
        guard let name = ResourceName("contract") else { preconditionFailure("a plain word is a name") }
        return name
    }
}
