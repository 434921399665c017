import AWSPrivateLink
import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Logging
import TestSupport

/// A producer with a service, a consumer with a network, and a backend with the documented policies between them.
struct AWSStage: Sendable {
    private struct Shared: Sendable {
        let transport: CloudTransport
        let emulator: AWSEmulator
    }

    private static let shared = Result {
        let transport = try CloudTransport()
        return Shared(transport: transport, emulator: try AWSEmulator(transport: transport))
    }

    static let serverAccount = "999988887777"
    static let now = Timestamp(milliseconds: 1_795_000_000_000)

    let emulator: AWSEmulator
    let transport: CloudTransport
    var environment: [String: String]
    let producer: CloudAccount
    let consumer: CloudAccount
    let network: Network
    var service: PublishedService

    init(acceptanceRequired: Bool = true, privateDNSName: String? = nil) async throws {
        let shared = try Self.shared.get()
        (emulator, transport) = (shared.emulator, shared.transport)
        try await emulator("clear_faults")
        try await emulator(
            "settings",
            [
                "pace": "looks", "page_size": 1000, "pascal_case": false, "listed": 0, "refused_decisions": 0,
            ])
        let keys = try await emulator(
            "user",
            [
                "account": .string(Self.serverAccount), "name": "postern",
                "policies": [try AWSEmulator.policy("postern-identity")],
            ])
        environment = [
            "AWS_ACCESS_KEY_ID": keys["access_key_id"].text ?? "",
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"].text ?? "", "AWS_ENDPOINT_URL": emulator.address,
            "AWS_REGION": AWSEmulator.region,
        ]
        producer = try await Self.account(with: "producer-role", on: emulator)
        consumer = try await Self.account(with: "consumer-role", on: emulator)
        let adopted = try await emulator.makeService(
            in: producer.nativeID, acceptanceRequired: acceptanceRequired, privateDNSName: privateDNSName)
        service = try Self.service(.adopted(nativeID: adopted.id), of: producer)
        let made = try await emulator.makeNetwork(in: consumer.nativeID, zones: "abc", name: "apps")
        let subnets = made.subnets.compactMap { subnet in
            CIDR(subnet["CidrBlock"].text ?? "").map {
                Subnet(
                    name: subnet["SubnetId"].text ?? "", nativeID: subnet["SubnetId"].text ?? "",
                    region: AWSEmulator.region, zone: subnet["AvailabilityZoneId"].text, range: $0)
            }
        }
        network = Network(
            id: Self.fresh(), accountID: consumer.id, name: "apps", nativeID: made.vpc, region: AWSEmulator.region,
            ranges: [CIDR("10.0.0.0/16")].compactMap(\.self), subnets: subnets, source: .discovered,
            observedAt: Self.now, createdAt: Self.now, updatedAt: Self.now)
    }

    func makeBackend(logger: Logger = Logger(label: "test")) throws -> AWSPrivateLinkBackend {
        AWSPrivateLinkBackend(
            settings: try AWSSettings(environment: environment), transport: transport, now: { Timestamp(.now) },
            logger: logger)
    }

    private static func account(with policy: String, on emulator: AWSEmulator) async throws -> CloudAccount {
        let id = AWSEmulator.freshAccount()
        let role = try await emulator.makeAccount(
            id, policies: [policy], trusting: "arn:aws:iam::\(serverAccount):user/postern", externalID: "stage/\(id)")
        return try .stub(id, access: CloudAccess(identity: role, externalID: "stage/\(id)"))
    }

    /// Ours to publish from a new load balancer; not made yet.
    func publication(
        balancer: String = "network", domainName: String? = nil, supportedRegions: [String] = []
    ) async throws -> PublishedService {
        let arn = try await emulator.makeBalancer(in: producer.nativeID, type: balancer)
        return try Self.service(
            .published(.init(loadBalancer: arn, domainName: domainName, supportedRegions: supportedRegions)),
            of: producer)
    }

    static func service(
        _ origin: PublishedService.Origin, of producer: CloudAccount
    ) throws -> PublishedService {
        guard let name = ResourceName("orders") else { throw StubFailure() }
        return PublishedService(
            id: fresh(), name: name, teamID: producer.teamID, accountID: producer.id, provider: .aws,
            region: AWSEmulator.region, description: nil, documentationURL: nil, origin: origin,
            visibility: .everyone, policy: AccessPolicy(), schedule: Schedule(dueAt: nil), createdAt: now,
            updatedAt: now)
    }

    func endpoint(
        subnet: Int = 0, mode: Endpoint.Mode = .managed, address: String? = nil, options: EndpointOptions = .init()
    ) -> Endpoint {
        Endpoint(
            id: Self.fresh(), requestID: Self.fresh(), serviceID: service.id, producerTeamID: producer.teamID,
            consumerTeamID: consumer.teamID, accountID: consumer.id, networkID: network.id,
            subnet: network.subnets[subnet].nativeID, mode: mode,
            requestedAddress: address.flatMap { IPv4Address($0) }, options: options, schedule: Schedule(dueAt: nil),
            expiresAt: nil, createdAt: Self.now, updatedAt: Self.now)
    }

    func target(_ endpoint: Endpoint, on other: PublishedService? = nil) -> EndpointTarget {
        EndpointTarget(
            endpoint: endpoint, service: other ?? service, producer: producer, consumer: consumer, network: network,
            subnet: endpoint.subnet.flatMap { network.subnet($0) },
            additionalSubnets: endpoint.options.additionalSubnets.compactMap { network.subnet($0) },
            wantedNativeIDs: Set([endpoint.observed.nativeID].compactMap(\.self)))
    }

    func target(_ service: PublishedService) -> ServiceTarget { ServiceTarget(service: service, account: producer) }

    /// What the reconciler does, without its store: looks and acts until nothing is left to do.
    func drive(
        _ endpoint: inout Endpoint, by backend: AWSPrivateLinkBackend, on other: PublishedService? = nil
    ) async throws -> (action: NextAction, seen: EndpointObservation) {
        for _ in 0..<60 {
            let target = target(endpoint, on: other)
            let seen = try await backend.observe(target)
            if let native = seen.endpoint { endpoint.observed.nativeID = native.nativeID }
            let wanted = endpoint.desired == .present ? 1 : 0
            let goal = EndpointGoal(
                desired: endpoint.desired, mode: endpoint.mode, nativeID: endpoint.observed.nativeID,
                hasBeenActive: endpoint.observed.hasBeenActive, wantedByAccount: wanted, recreatesDeleted: true)
            let next = nextAction(toward: goal, observed: seen)
            guard case .perform(let action) = next else {
                if case .wait = next { continue }
                return (next, seen)
            }
            let token = endpoint.begin(action).token
            switch action {
            case .admit: try await backend.ensureAdmitted(target, limit: wanted)
            case .expel: try await backend.ensureExpelled(target, remaining: seen.roomLeft(wantedByAccount: wanted))
            case .createEndpoint: try await backend.ensureEndpoint(target, token: token)
            case .accept: try await backend.ensureAccepted(target, connection: seen.connection?.nativeID ?? "")
            case .reject: try await backend.ensureRejected(target, connection: seen.connection?.nativeID ?? "")
            case .deleteEndpoint: try await backend.ensureEndpointAbsent(target)
            }
            endpoint.intent = nil
        }
        throw EmulatorFailure("the endpoint has settled nowhere")
    }

    /// The calls that Postern made since the recording was cleared, by their actions.
    func calls(_ action: String? = nil) async throws -> [JSON] {
        try await emulator("calls")["calls"].elements.filter { call in
            call["caller"].text?.hasSuffix(":root") != true && (action == nil || call["action"].text == action)
        }
    }

    private static func fresh<Subject>() -> ID<Subject> {
        ID(at: now, entropy: .init(high: .random(in: 0...UInt16.max), low: .random(in: 0...UInt64.max)))
    }
}
