import CloudTransport
import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import GooglePSC

/// What goes wrong ends in an error of the right class, and in words that tell a person what to change.
@Suite("Trouble")
struct TroubleTests {
    private func create(
        _ stage: GoogleStage, address: String? = nil
    ) async throws -> CloudError {
        let target = stage.target(stage.endpoint(address: address))
        let backend = try await stage.backend()
        try await backend.ensureAdmitted(target, limit: 1)
        return try await failure { () async throws(CloudError) in try await backend.ensureEndpoint(target, token: "t") }
    }

    @Test("A project without the API")
    func apiDisabled() async throws {
        let stage = try await GoogleStage()
        try await stage.emulator("project", ["id": .string(stage.consumer.nativeID), "apiEnabled": false])
        let error = try await create(stage)
        #expect(error.kind == .denied)
        #expect(error.cloudCode == "SERVICE_DISABLED")
        #expect(error.message.contains("Enable it by visiting"))
        #expect(error.side == .consumer)
    }

    @Test(
        "What keeps Postern from looking at a project is told on that project's side", arguments: [true, false],
        [nil, "get"])
    func sideOfLook(isProducers: Bool, lacking: String?) async throws {
        let stage = try await GoogleStage()
        let account = isProducers ? stage.producer : stage.consumer
        let obstacle: JSON
        if let lacking {
            let role = try GoogleEmulator.role(isProducers ? "postern-producer" : "postern-consumer")
            let held = role.filter { !$0.hasSuffix(".\(lacking)") }.map { JSON.string($0) }
            obstacle = [
                "id": .string(account.nativeID),
                "permissions": .object([GoogleEmulator.identity(in: account.nativeID): .array(held)]),
            ]
        } else {
            obstacle = ["id": .string(account.nativeID), "apiEnabled": false]
        }
        try await stage.emulator("project", obstacle)
        let backend = try await stage.backend()
        let target = stage.target(stage.endpoint())
        if isProducers {
            let error = try await failure { () async throws(CloudError) in _ = try await backend.observe(target) }
            #expect(error.kind == .denied && error.side == .producer)
        } else {
            let fault = try await backend.observe(target).hindrance?.fault
            #expect(fault?.code == "denied" && fault?.side == .consumer)
        }
    }

    /// A list of projects, one that names them by number, and one of single endpoints.
    enum List: CaseIterable { case projects, numbers, endpoints }

    @Test("A consumer's project that has no time for Postern keeps no access", arguments: List.allCases)
    func busyConsumer(list: List) async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let backend = try await stage.backend()
            var endpoint = stage.endpoint()
            switch list {
            case .projects: break
            case .numbers: try await stage.admitByHand("123456", limit: 1)
            case .endpoints:
                // As long as there is one of its kind on it, the list takes endpoints.
                let url = "projects/other/regions/\(GoogleStage.region)/forwardingRules/123456"
                try await stage.emulator.edit(stage.attachment) { _ in
                    ["consumerAcceptLists": [["endpointUrl": .string(url), "connectionLimit": 1]]]
                }
            }
            #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
            endpoint.desired = .absent
            let methods = ["compute.forwardingRules.get", "compute.addresses.get", "cloudresourcemanager.projects.get"]
            for method in methods {
                try await stage.emulator(
                    "faults",
                    [
                        "kind": "throttled", "method": .string(method), "project": .string(stage.consumer.nativeID),
                        "count": 1000,
                    ])
            }
            // One that has not asked for the project's number before.
            let other = try await stage.backend()
            guard case .hindered(let hindrance) = try await stage.drive(&endpoint, by: other, wanted: 0) else {
                Issue.record("the producer's side was to be cut, and the fault told")
                return
            }
            #expect(hindrance.fault.isRetryable && hindrance.fault.side == .consumer)
            let left = try await stage.emulator.compute(.get, stage.attachment)
            #expect(left["connectedEndpoints"].elements.map { $0["status"].text } == ["PENDING"])
            #expect(left["consumerAcceptLists"].elements.count == (list == .projects ? 0 : 1))
            try await stage.emulator("faults", method: .delete)
            #expect(try await stage.drive(&endpoint, by: other, wanted: 0) == .settle(.closed))
            #expect(try await stage.emulator.compute(.get, stage.attachment)["connectedEndpoints"] == .null)
        }
    }

    @Test(
        "A missing permission is named, on whichever side",
        arguments: [
            ("compute.serviceAttachments.update", true), ("compute.forwardingRules.pscCreate", false),
            ("compute.addresses.createInternal", false), ("compute.regionOperations.get", false),
        ])
    func missingPermission(name: String, isProducers: Bool) async throws {
        let stage = try await GoogleStage()
        let account = isProducers ? stage.producer : stage.consumer
        let role = try GoogleEmulator.role(isProducers ? "postern-producer" : "postern-consumer")
        let held = role.filter { $0 != name }.map { JSON.string($0) }
        let permissions = JSON.object([GoogleEmulator.identity(in: account.nativeID): .array(held)])
        try await stage.emulator("project", ["id": .string(account.nativeID), "permissions": permissions])
        let target = stage.target(stage.endpoint())
        let backend = try await stage.backend()
        let error = try await failure { () async throws(CloudError) in
            try await backend.ensureAdmitted(target, limit: 1)
            try await backend.ensureEndpoint(target, token: "t")
        }
        #expect(error.kind == .denied)
        #expect(error.message.contains("'\(name)'"))
        #expect(error.side == (isProducers ? .producer : .consumer))
    }

    @Test("A full subnet")
    func fullSubnet() async throws {
        let stage = try await GoogleStage()
        try await stage.emulator("hold", ["subnetwork": .string(stage.network.subnets[0].nativeID)])
        let error = try await create(stage)
        #expect(error.kind == .conflict)
        #expect(error.cloudCode == "IP_SPACE_EXHAUSTED")
        #expect(error.message.contains("batch-a"))
        #expect(error.remedy?.contains("another subnet") == true)
        #expect(error.side == .consumer)
        #expect(error.cloudRequestID?.hasPrefix("operation-") == true)
    }

    @Test("An address in use")
    func addressInUse() async throws {
        let stage = try await GoogleStage()
        try await stage.emulator(
            "hold", ["subnetwork": .string(stage.network.subnets[0].nativeID), "address": "10.0.1.7"])
        let error = try await create(stage, address: "10.0.1.7")
        #expect(error.kind == .conflict)
        #expect(error.cloudCode == "IP_IN_USE_BY_ANOTHER_RESOURCE")
        #expect(error.message.contains("10.0.1.7"))
    }

    @Test("A quota, told at once or within the operation", arguments: [false, true])
    func quota(isWithin: Bool) async throws {
        let stage = try await GoogleStage()
        try await stage.emulator(
            "project",
            [
                "id": .string(stage.consumer.nativeID), "quotas": ["PSC_INTERNAL_LB_FORWARDING_RULES": 0],
                "quotaInOperation": .bool(isWithin),
            ])
        let error = try await create(stage)
        #expect(error.kind == .conflict)
        #expect(error.message.contains("PSC_INTERNAL_LB_FORWARDING_RULES"))
        #expect(error.remedy?.contains("higher quota") == true)
    }

    @Test("A project that is not there")
    func missingProject() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let account = stage.consumer
        let gone = CloudAccount(
            id: account.id, name: account.name, teamID: account.teamID, provider: .gcp, nativeID: "gone-project",
            access: account.access, description: nil, schedule: account.schedule, createdAt: .test, updatedAt: .test)
        let endpoint = stage.endpoint()
        let target = EndpointTarget(
            endpoint: endpoint, service: stage.adopted, producer: stage.producer, consumer: gone,
            network: stage.network, subnet: stage.network.subnets[0], wantedNativeIDs: [])
        // Not to be taken for an endpoint that is gone.
        let seen = try await backend.observe(target)
        #expect(seen.endpoint == nil && seen.hindrance?.fault.code == "not_found")
        #expect(seen.hindrance?.fault.message.contains("gone-project") == true)
        #expect(seen.hindrance?.fault.side == .consumer)
    }

    @Test("Slowing down is asked for in two ways, with or without a time", arguments: ["throttled", "rateLimited"])
    func throttling(kind: String) async throws {
        let stage = try await GoogleStage()
        try await stage.emulator(
            "faults",
            [
                "kind": .string(kind), "method": "compute.networks.list", "retryAfter": 9,
                "project": .string(stage.consumer.nativeID),
            ])
        let backend = try await stage.backend()
        let error = try await failure { () async throws(CloudError) in
            _ = try await backend.networks(of: stage.consumer)
        }
        #expect(error.kind == .throttled)
        #expect(error.retryAfter == .seconds(9))
        #expect(try await backend.networks(of: stage.consumer).count == 1)
    }

    @Test("Lists come in pages, and all of them are read")
    func pages() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["pageSize": 1])
            let network = try #require(try await stage.backend().networks(of: stage.consumer).first)
            #expect(network.subnets.map(\.name) == ["batch-a", "batch-b"])
            #expect(
                network.ranges.map(\.description)
                    == ["10.0.1.0/28", "10.0.2.0/28", "10.0.3.0/26", "10.4.0.0/20", "10.9.0.0/16"])
        }
    }

    @Test("A list without an end is an error, and no part of it is taken for the whole")
    func endlessPages() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["pageSize": 1])
            let google = try await stage.backend().api.google
            let party = Party.consumer(stage.consumer)
            let all = try await ComputeAPI(google: google).subnetworks(of: stage.consumer.nativeID, as: party).count
            let ample = ComputeAPI(google: google, maximumPages: all)
            #expect(try await ample.subnetworks(of: stage.consumer.nativeID, as: party).count == all)
            let short = ComputeAPI(google: google, maximumPages: all - 1)
            let error = try await failure { () async throws(CloudError) in
                _ = try await short.subnetworks(of: stage.consumer.nativeID, as: party)
            }
            #expect(error.kind == .unavailable)
        }
    }
}
