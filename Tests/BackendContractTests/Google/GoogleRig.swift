import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import GooglePSC
import TestSupport

/// Google under the contract: the emulator, on which Postern's identities may do just what the documented roles say.
final class GoogleRig: BackendRig, DirectRig {
    let provider = CloudProvider.gcp
    private let world: World

    /// What all rigs share: one emulator and one way to it.
    struct World: Sendable {
        let emulator: GoogleEmulator
        let transport: CloudTransport
        let environment: [String: String]
        let settings: GoogleSettings
    }

    private static let world = Task {
        let transport = try CloudTransport()
        let emulator = try await GoogleEmulator(transport: transport)
        let key = try await emulator("service-accounts", ["email": .string(GoogleEmulator.postern)])
        let environment = [
            "GOOGLE_APPLICATION_CREDENTIALS": try await emulator.writeTemporary(key, name: "key.json"),
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": "\(emulator.address)/compute/v1/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS": emulator.address,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER": emulator.address,
        ]
        return World(
            emulator: emulator, transport: transport, environment: environment,
            settings: try GoogleSettings(environment: environment))
    }

    init() async throws { world = try await Self.world.value }

    var serverEnvironment: [String: String] { world.environment }

    var emulator: GoogleEmulator { world.emulator }

    func makeBackend() -> any CloudBackend {
        let environment = Environment(
            now: { Timestamp(Date()) }, entropy: { _ in .init(high: 0, low: .random(in: 0...UInt64.max)) },
            jitter: { .random(in: 0..<1) })
        return GooglePSCBackend(settings: world.settings, caller: world.transport, environment: environment)
    }

    func advance() async throws { try await emulator("settle") }

    func makeScene(_ wish: SceneWish) async throws -> BackendScene {
        let producer = account(GoogleEmulator.freshProject("orders"))
        try await emulator.makeProducer(producer.nativeID)
        let attachment = try await emulator.makeAttachment(
            "orders", in: producer.nativeID, nat: "nat-a",
            settings: [
                "connectionPreference": wish.acceptsOneByOne ? "ACCEPT_MANUAL" : "ACCEPT_AUTOMATIC",
                "reconcileConnections": .bool(wish.reconcilesConnections),
            ])
        let balancer = try await emulator.makeBalancer("second", in: producer.nativeID)
        var consumers: [RigConsumer] = []
        for _ in 0..<wish.consumers {
            let consumer = account(GoogleEmulator.freshProject("payments"))
            try await emulator.makeConsumer(consumer.nativeID)
            consumers.append(RigConsumer(account: consumer, network: sighting(of: consumer.nativeID)))
        }
        return BackendScene(
            region: GoogleEmulator.region, producer: producer,
            service: RigService(account: producer, nativeID: attachment, serviceName: attachment),
            blueprint: .init(
                loadBalancer: balancer, natSubnets: ["\(regional(producer.nativeID))/subnetworks/nat-b"]),
            consumers: consumers)
    }

    func script(_ fault: ScriptedFault) async throws {
        let method: JSON =
            switch fault.operation {
            case .networks: "compute.networks.list"
            case .observeService, .observeEndpoint, .accept, .reject: "compute.serviceAttachments.get"
            case .publish: "compute.serviceAttachments.insert"
            case .unpublish: "compute.serviceAttachments.delete"
            case .admit, .expel: "compute.serviceAttachments.patch"
            case .createEndpoint: "compute.forwardingRules.insert"
            case .deleteEndpoint: "compute.forwardingRules.delete"
            case nil: nil
            }
        let (kind, when): (JSON, JSON) =
            switch fault.kind {
            case .throttled: ("throttled", "before")
            case .unavailable: ("unavailable", "before")
            case .denied: ("denied", "before")
            case .conflict: ("conflict", "before")
            case .replyLost: ("dropped", "after")
            case .slow: ("slow", "before")
            }
        try await emulator(
            "faults", ["kind": kind, "when": when, "method": method, "count": .number(Double(fault.count))])
    }

    func clearFaults() async throws { try await emulator("faults", method: .delete) }

    private func account(_ project: String) -> RigAccount {
        RigAccount(nativeID: project, access: CloudAccess(identity: GoogleEmulator.identity(in: project)))
    }

    func regional(_ project: String) -> String { "projects/\(project)/regions/\(GoogleEmulator.region)" }

    /// The network that the emulator's `makeConsumer` makes.
    private func sighting(of project: String) -> NetworkSighting {
        let subnets = [("batch-a", "10.0.1.0/28"), ("batch-b", "10.0.2.0/28")].compactMap { name, range in
            CIDR(range).map {
                Subnet(
                    name: name, nativeID: "\(regional(project))/subnetworks/\(name)", region: GoogleEmulator.region,
                    zone: nil, range: $0)
            }
        }
        let ranges = ["10.0.1.0/28", "10.0.2.0/28", "10.0.3.0/26", "10.4.0.0/20", "10.9.0.0/16"]
        return NetworkSighting(
            nativeID: "projects/\(project)/global/networks/batch", name: "batch", region: nil,
            ranges: ranges.compactMap { CIDR($0) }, subnets: subnets)
    }
}
