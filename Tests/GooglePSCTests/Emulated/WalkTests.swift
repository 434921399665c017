import CloudTransport
import Connectivity
import ControlPlane
import Logging
import TestSupport
import Testing

@testable import GooglePSC

/// The whole control plane on the emulated Google: what people do through the use cases, and what becomes of it in both
/// projects, whose networks both use 10.0.0.0/16.
@Suite("Walk")
struct WalkTests {
    @Test("Published, filed, approved, connected, revoked; an entry written by hand survives all of it")
    func approvedAndRevoked() async throws {
        let walk = try await Walk()
        try await walk.stage.admitByHand("hand-written", limit: 3)
        let request = try await walk.file()
        let endpointID = try #require(try await walk.decide(request.id, .approve).endpointID)
        try await walk.settle()
        let endpoint = try await walk.endpoint(endpointID)
        #expect(endpoint.phase == .active)
        #expect(endpoint.observed.nativeStatus == "ACCEPTED")
        let address = try #require(endpoint.observed.addresses.first.flatMap { IPv4Address($0) })
        #expect(CIDR("10.0.1.0/28")?.contains(address) == true)
        #expect(try await walk.stage.admitted() == ["hand-written": 3, walk.stage.consumer.nativeID: 1])

        try await walk.revoke(endpointID)
        try await walk.settle()
        #expect(try await walk.endpoint(endpointID).phase == .closed)
        #expect(try await walk.stage.admitted() == ["hand-written": 3])
        let left = try await walk.stage.emulator("addresses", ["project": .string(walk.stage.consumer.nativeID)])
        #expect(left["held"] == [])
        #expect(try await walk.stage.emulator("violations", method: .get)["violations"] == [])
    }

    @Test("A rejected request leaves no trace in either project")
    func rejected() async throws {
        let walk = try await Walk()
        let request = try await walk.file()
        #expect(try await walk.decide(request.id, .reject).endpointID == nil)
        try await walk.settle()
        #expect(try await walk.stage.admitted().isEmpty)
        #expect(try await walk.stage.calls("compute.addresses.insert").isEmpty)
        #expect(try await walk.stage.calls("compute.serviceAttachments.patch").isEmpty)
    }

    @Test("A connection that nobody asked for is in the owners' inbox, and let in once they approve")
    func unasked() async throws {
        let walk = try await Walk()
        let made = try await walk.stage.emulator.makeEndpoint(
            "uninvited", in: walk.stage.consumer.nativeID, subnetwork: walk.stage.network.subnets[0].nativeID,
            to: walk.stage.attachment)
        try await walk.settle()
        let found = try #require(
            try await walk.store.read { try $0.findRequest(service: walk.service, nativeEndpointID: made) })
        #expect(found.origin == .discovered)
        #expect(found.state == .pending)
        #expect(try await walk.stage.emulator.compute(.get, made)["pscConnectionStatus"] == "PENDING")
        let endpointID = try #require(try await walk.decide(found.id, .approve).endpointID)
        try await walk.settle()
        #expect(try await walk.endpoint(endpointID).phase == .active)
        #expect(try await walk.stage.emulator.compute(.get, made)["pscConnectionStatus"] == "ACCEPTED")
    }

    @Test("What the cloud will not do ends in a state and a message", arguments: Refusal.allCases)
    func refused(by refusal: Refusal) async throws {
        let walk = try await Walk()
        try await refusal.arrange(on: walk.stage)
        let request = try await walk.file(address: refusal == .addressInUse ? "10.0.1.7" : nil)
        let endpointID = try #require(try await walk.decide(request.id, .approve).endpointID)
        try await walk.settle()
        let endpoint = try await walk.endpoint(endpointID)
        #expect(endpoint.phase == .failed)
        let fault = try #require(endpoint.lastError)
        #expect(fault.side == .consumer)
        #expect(fault.cloudCode == refusal.code)
        #expect("\(fault.message) \(fault.remedy)".contains(refusal.clue), "\(fault)")
        #expect(!fault.isRetryable)
        // And it can be closed all the same.
        try await refusal.mend(on: walk.stage)
        try await walk.revoke(endpointID)
        try await walk.settle()
        #expect(try await walk.endpoint(endpointID).phase == .closed)
    }
}

/// Why Google may refuse an endpoint.
enum Refusal: CaseIterable {
    case fullSubnet, addressInUse, quota, apiDisabled

    var code: String {
        switch self {
        case .fullSubnet: "IP_SPACE_EXHAUSTED"
        case .addressInUse: "IP_IN_USE_BY_ANOTHER_RESOURCE"
        case .quota: "quotaExceeded"
        case .apiDisabled: "SERVICE_DISABLED"
        }
    }

    var clue: String {
        switch self {
        case .fullSubnet: "another subnet"
        case .addressInUse: "10.0.1.7"
        case .quota: "higher quota"
        case .apiDisabled: "Enable it"
        }
    }

    func arrange(on stage: GoogleStage) async throws {
        let subnet = JSON.string(stage.network.subnets[0].nativeID)
        let project = JSON.string(stage.consumer.nativeID)
        switch self {
        case .fullSubnet: try await stage.emulator("hold", ["subnetwork": subnet])
        case .addressInUse: try await stage.emulator("hold", ["subnetwork": subnet, "address": "10.0.1.7"])
        case .quota:
            try await stage.emulator(
                "project", ["id": project, "quotas": ["PSC_INTERNAL_LB_FORWARDING_RULES": 0]])
        case .apiDisabled: try await stage.emulator("project", ["id": project, "apiEnabled": false])
        }
    }

    func mend(on stage: GoogleStage) async throws {
        guard self == .apiDisabled else { return }
        try await stage.emulator("project", ["id": .string(stage.consumer.nativeID), "apiEnabled": true])
    }
}

/// A control plane over a store in memory, with both projects registered and the attachment adopted.
struct Walk {
    let stage: GoogleStage
    let store = InMemoryStore()
    let service: ID<PublishedService>
    private let clock = ManualClock()
    private let useCases: UseCases
    private let reconciler: Reconciler
    private let network: ID<Network>
    private let teams: [ID<Team>]

    init() async throws {
        stage = try await GoogleStage()
        let wake = WakeSignal()
        let useCases = UseCases(environment: clock.environment, wake: wake, providers: [.gcp])
        self.useCases = useCases
        reconciler = Reconciler(
            store: store, backends: [.gcp: try await stage.backend()], useCases: useCases,
            environment: clock.environment, settings: ReconcilerSettings(), wake: wake, instance: "walk",
            logger: Logger(label: "walk", factory: { _ in SwiftLogNoOpLogHandler() }))
        let admin = Self.caller("root", [], roles: [.admin])
        let parties = [("orders", stage.producer), ("payments", stage.consumer)]
        let attachment = stage.attachment
        teams = try await store.write { transaction in
            try parties.map { name, account in
                guard let name = ResourceName(name) else { throw EmulatorFailure("\(name) is no name") }
                let team = try useCases.teams.create(
                    name: name, description: nil, contact: nil, by: admin, in: transaction)
                _ = try useCases.accounts.register(
                    .init(
                        name: name, team: .id(team.id), provider: .gcp, nativeID: account.nativeID,
                        access: account.access, description: nil), by: admin, in: transaction)
                return team.id
            }
        }
        let producers = teams[0]
        service = try await store.write { transaction in
            guard let name = ResourceName("orders") else { throw EmulatorFailure("orders is no name") }
            return try useCases.services.publish(
                .init(
                    name: name, team: .id(producers), account: .name(name), region: GoogleStage.region,
                    description: nil, documentationURL: nil, origin: .adopted(nativeID: attachment),
                    visibility: .everyone, policy: .init()), by: admin, in: transaction
            ).id
        }
        await reconciler.runUntilSettled()
        network = try await store.read { reader in
            guard let name = ResourceName("payments"), let account = try reader.findAccount(named: name),
                let network = try reader.networks(of: account.id).first
            else { throw EmulatorFailure("no network was discovered") }
            return network.id
        }
    }

    /// Lets the reconciler work and time pass until nothing more happens.
    func settle() async throws {
        for _ in 0..<4 {
            await reconciler.runUntilSettled()
            try await stage.emulator("settle")
            clock.advance(by: .seconds(310))
        }
        await reconciler.runUntilSettled()
    }

    func file(address: String? = nil) async throws -> EndpointRequest {
        let filing = EndpointRequests.Filing(
            service: .id(service), networkID: network, subnet: "batch-a", mode: .managed, nativeEndpointID: nil,
            requestedAddress: address.flatMap { IPv4Address($0) }, reason: "the nightly batch reads orders",
            ticket: nil, lifetime: .untilRevoked)
        let (useCases, invocation) = (useCases, Self.caller("alice", [teams[1]]))
        return try await store.write { try useCases.requests.file(filing, by: invocation, in: $0) }
    }

    func decide(_ request: ID<EndpointRequest>, _ verdict: Approval.Verdict) async throws -> EndpointRequest {
        let (useCases, invocation) = (useCases, Self.caller("bob", [teams[0]]))
        return try await store.write {
            try useCases.requests.decide(request, verdict, reason: "as agreed", if: .none, by: invocation, in: $0)
                .request
        }
    }

    func revoke(_ endpoint: ID<Endpoint>) async throws {
        let (useCases, invocation) = (useCases, Self.caller("bob", [teams[0]]))
        _ = try await store.write {
            try useCases.endpoints.revoke(endpoint, reason: "not needed", if: .none, by: invocation, in: $0)
        }
    }

    func endpoint(_ id: ID<Endpoint>) async throws -> Endpoint {
        guard let endpoint = try await store.read({ try $0.find(id) }) else {
            throw EmulatorFailure("there is no endpoint \(id)")
        }
        return endpoint
    }

    private static func caller(
        _ subject: String, _ teams: [ID<Team>], roles: Set<AccessToken.Role> = []
    ) -> Invocation {
        Invocation(caller: Caller(subject: subject, teams: Set(teams), roles: roles), httpRequestID: nil)
    }
}
