import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import GooglePSC
import TestSupport

/// Two projects on an emulator: a producer with a service attachment that was made by hand, and a consumer.
struct GoogleStage {
    let emulator: GoogleEmulator
    let settings: GoogleSettings
    let producer: CloudAccount
    let consumer: CloudAccount
    let network: Network
    /// The attachment's path.
    let attachment: String

    static let region = GoogleEmulator.region
    static let transport = Task { try CloudTransport() }
    private static let shared = Task { try await open() }

    /// An emulator that no other test uses, for those that change how it works.
    static func withOwnEmulator(
        nat: String = "/24", attached: [String: JSON] = [:], _ body: (GoogleStage) async throws -> Void
    ) async throws {
        let (emulator, settings) = try await open()
        defer { emulator.stop() }
        try await body(GoogleStage(emulator, settings, nat: nat, attached: attached))
    }

    init(nat: String = "/24", attached: [String: JSON] = [:]) async throws {
        let (emulator, settings) = try await Self.shared.value
        try await self.init(emulator, settings, nat: nat, attached: attached)
    }

    private init(
        _ emulator: GoogleEmulator, _ settings: GoogleSettings, nat: String, attached: [String: JSON]
    ) async throws {
        self.emulator = emulator
        self.settings = settings
        let (seller, buyer) = (GoogleEmulator.freshProject("orders"), GoogleEmulator.freshProject("payments"))
        try await emulator.makeProducer(seller, nat: nat)
        try await emulator.makeConsumer(buyer)
        attachment = try await emulator.makeAttachment(
            "orders", in: seller, nat: "nat-a",
            settings: ["reconcileConnections": true].merging(attached) { $1 })
        producer = Self.account(seller)
        consumer = Self.account(buyer)
        network = Self.network(of: consumer)
    }

    private static func open() async throws -> (GoogleEmulator, GoogleSettings) {
        let emulator = try await GoogleEmulator(transport: try await transport.value)
        let key = try await emulator("service-accounts", ["email": .string(GoogleEmulator.postern)])
        let settings = try GoogleSettings(environment: [
            "GOOGLE_APPLICATION_CREDENTIALS": try await emulator.writeTemporary(key, name: "key.json"),
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": emulator.address,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS": emulator.address,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER": emulator.address,
        ])
        return (emulator, settings)
    }

    /// - Parameter adjust: what is different about this backend's settings.
    func backend(_ adjust: (inout GoogleSettings) -> Void = { _ in }) async throws -> GooglePSCBackend {
        var settings = settings
        adjust(&settings)
        return GooglePSCBackend(
            settings: settings, caller: try await Self.transport.value, environment: .testing)
    }

    static func account(_ project: String) -> CloudAccount {
        CloudAccount(
            id: .fresh(), name: .test, teamID: .fresh(), provider: .gcp, nativeID: project,
            access: CloudAccess(identity: GoogleEmulator.identity(in: project)), description: nil,
            schedule: Schedule(dueAt: nil), createdAt: .test, updatedAt: .test)
    }

    private static func network(of account: CloudAccount) -> Network {
        let subnets = [("batch-a", "10.0.1.0/28"), ("batch-b", "10.0.2.0/28")].compactMap { name, range in
            CIDR(range).map {
                Subnet(
                    name: name, nativeID: "projects/\(account.nativeID)/regions/\(region)/subnetworks/\(name)",
                    region: region, zone: nil, range: $0)
            }
        }
        return Network(
            id: .fresh(), accountID: account.id, name: "batch",
            nativeID: "projects/\(account.nativeID)/global/networks/batch", region: nil, ranges: [],
            subnets: subnets, source: .discovered, observedAt: .test, createdAt: .test, updatedAt: .test)
    }
}

extension GoogleStage {
    var adopted: PublishedService { service(.adopted(nativeID: attachment)) }

    func service(_ origin: PublishedService.Origin) -> PublishedService {
        PublishedService(
            id: .fresh(), name: .test, teamID: producer.teamID, accountID: producer.id, provider: .gcp,
            region: Self.region, description: nil, documentationURL: nil, origin: origin, visibility: .everyone,
            policy: AccessPolicy(), schedule: Schedule(dueAt: nil), createdAt: .test, updatedAt: .test)
    }

    func endpoint(
        _ mode: Endpoint.Mode = .managed, subnet: Int = 0, address: String? = nil, nativeID: String? = nil
    ) -> Endpoint {
        Endpoint(
            id: .fresh(), requestID: .fresh(), serviceID: .fresh(), producerTeamID: producer.teamID,
            consumerTeamID: consumer.teamID, accountID: consumer.id, networkID: network.id,
            subnet: network.subnets[subnet].nativeID, mode: mode,
            requestedAddress: address.flatMap { IPv4Address($0) }, observed: .init(nativeID: nativeID),
            schedule: Schedule(dueAt: nil), expiresAt: nil, createdAt: .test, updatedAt: .test)
    }

    func target(
        _ endpoint: Endpoint, on service: PublishedService? = nil, wanted: Set<String> = []
    ) -> EndpointTarget {
        EndpointTarget(
            endpoint: endpoint, service: service ?? adopted, producer: producer, consumer: consumer,
            network: network, subnet: endpoint.subnet.flatMap { network.subnet($0) },
            wantedNativeIDs: wanted.union([endpoint.observed.nativeID].compactMap(\.self)))
    }

    /// Does what the rules say until nothing is left to do, as the reconciler does. Where it leads.
    func drive(
        _ endpoint: inout Endpoint, on service: PublishedService? = nil, by backend: GooglePSCBackend,
        wanted: Int = 1, recreates: Bool = true
    ) async throws -> NextAction {
        for _ in 0..<60 {
            let target = target(endpoint, on: service)
            let seen = try await backend.observe(target)
            if let native = seen.endpoint { endpoint.observed.nativeID = native.nativeID }
            let goal = EndpointGoal(
                desired: endpoint.desired, mode: endpoint.mode, nativeID: endpoint.observed.nativeID,
                hasBeenActive: endpoint.observed.hasBeenActive, wantedByAccount: wanted, recreatesDeleted: recreates)
            let next = nextAction(toward: goal, observed: seen)
            guard case .perform(let action) = next else {
                if case .wait = next {
                    try await emulator("settle")
                    continue
                }
                return next
            }
            let intent = endpoint.begin(action)
            switch action {
            case .admit: try await backend.ensureAdmitted(target, limit: wanted)
            case .expel: try await backend.ensureExpelled(target, remaining: seen.roomLeft(wantedByAccount: wanted))
            case .createEndpoint: try await backend.ensureEndpoint(target, token: intent.token)
            case .accept: try await backend.ensureAccepted(target, connection: seen.connection?.nativeID ?? "")
            case .reject: try await backend.ensureRejected(target, connection: seen.connection?.nativeID ?? "")
            case .deleteEndpoint: try await backend.ensureEndpointAbsent(target)
            }
            endpoint.intent = nil
        }
        throw EmulatorFailure("after 60 rounds the endpoint has settled nowhere")
    }

    /// The entries of the accept list by project.
    func admitted() async throws -> [String: Int] {
        let entries = try await emulator.compute(.get, attachment)["consumerAcceptLists"].elements
        return Dictionary(
            entries.map { entry in
                guard case .number(let limit) = entry["connectionLimit"] else { return ("", 0) }
                return (entry["projectIdOrNum"].text ?? entry["networkUrl"].text ?? "", Int(limit))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Puts an entry on the accept list, as somebody in the console does.
    func admitByHand(_ project: String, limit: Int) async throws {
        try await emulator.edit(attachment) { seen in
            let entry: JSON = ["projectIdOrNum": .string(project), "connectionLimit": .number(Double(limit))]
            return ["consumerAcceptLists": .array(seen["consumerAcceptLists"].elements + [entry])]
        }
    }

    /// The calls of Postern's that concern these two projects.
    func calls(_ method: String? = nil) async throws -> [JSON] {
        try await emulator("calls", method: .get)["calls"].elements.filter { call in
            [producer.nativeID, consumer.nativeID].contains(call["project"].text ?? "")
                && (method == nil || call["method"].text == method)
        }
    }
}

/// The error that a call throws, which it has to.
func failure(_ body: () async throws(CloudError) -> Void) async throws -> CloudError {
    do throws(CloudError) {
        try await body()
    } catch {
        return error
    }
    throw EmulatorFailure("the call succeeded")
}

extension Environment {
    static let testing = Environment(
        now: { Timestamp(Date()) }, entropy: { _ in .init(high: 0, low: .random(in: 0...UInt64.max)) },
        jitter: { .random(in: 0..<1) })
}

extension ID {
    static func fresh() -> Self {
        ID(at: .test, entropy: .init(high: .random(in: 0...UInt16.max), low: .random(in: 0...UInt64.max)))
    }
}

extension Timestamp {
    static let test = Timestamp(milliseconds: 1_795_000_000_000)
}

extension ResourceName {
    static var test: ResourceName {
        guard let name = ResourceName("test") else { preconditionFailure("a plain word is a name") }
        return name
    }
}
