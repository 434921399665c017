import CloudTransport
import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import GooglePSC

@Suite("Operations")
struct OperationTests {
    @Test("A restart finds the operation that was under way, and starts no second")
    func resumes() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let target = stage.target(stage.endpoint())
            try await stage.backend().ensureAdmitted(target, limit: 1)
            try await stage.emulator("settings", ["holdOperations": true])
            let first = try await stage.backend { $0.patience = .milliseconds(100) }
            // The cloud is still at work: that is no error.
            try await first.ensureEndpoint(target, token: "t-1")
            #expect(try await first.observe(target).endpoint == nil)
            let second = try await stage.backend { $0.patience = .milliseconds(100) }
            try await second.ensureEndpoint(target, token: "t-1")
            let begun = try await stage.calls("compute.addresses.insert")
            #expect(begun.count == 2)
            #expect(Set(begun.map { $0["query"]["requestId"].text ?? "" }).count == 1)
            try await stage.emulator("settings", ["holdOperations": false])
            try await stage.backend().ensureEndpoint(target, token: "t-1")
            #expect(try await second.observe(target).endpoint != nil)
            let held = try await stage.emulator("addresses", ["project": .string(stage.consumer.nativeID)])
            #expect(held["held"].elements.count == 1)
        }
    }

    @Test("Operations that take long are waited for with few calls")
    func waits() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("settings", ["pendingSeconds": .number(0.1), "runningSeconds": .number(0.3)])
            try await stage.backend().ensureAdmitted(stage.target(stage.endpoint()), limit: 1)
            #expect(try await stage.calls("compute.regionOperations.wait").count <= 2)
            #expect(try await stage.admitted()[stage.consumer.nativeID] == 1)
        }
    }

    @Test("Every change carries a request id, and no two steps share one")
    func requestIDs() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))
        let changes = try await stage.calls().filter { call in
            ["insert", "patch", "delete", "setLabels"].contains { call["method"].text?.hasSuffix(".\($0)") == true }
        }
        #expect(changes.count == 7)
        #expect(Set(changes.map { $0["query"]["requestId"].text ?? "" }).count == changes.count)
    }

    @Test("A failure within an operation is told again to a known request id: a fresh one is tried")
    func oldFailures() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let target = stage.target(stage.endpoint(address: "10.0.1.9"))
        try await stage.emulator(
            "hold", ["subnetwork": .string(stage.network.subnets[0].nativeID), "address": "10.0.1.9"])
        for _ in 0..<2 {
            let error = try await failure { () async throws(CloudError) in
                try await backend.ensureEndpoint(target, token: "t-1")
            }
            #expect(error.kind == .conflict)
        }
        try await stage.emulator(
            "release", ["subnetwork": .string(stage.network.subnets[0].nativeID), "address": "10.0.1.9"])
        try await backend.ensureEndpoint(target, token: "t-2")
        #expect(try await backend.observe(target).endpoint?.addresses == ["10.0.1.9"])
    }

    @Test("A service that was deleted by hand is published anew, though its request id is known")
    func republishes() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let balancer = try await stage.emulator.makeBalancer("second", in: stage.producer.nativeID)
        // Plain names mean the project's own, in the service's region.
        let service = stage.service(
            .published(
                .init(
                    loadBalancer: ResourcePath.lastName(of: balancer), natSubnets: ["nat-b"], proxyProtocol: true,
                    domainName: "orders.internal.example")))
        let target = ServiceTarget(service: service, account: stage.producer)
        try await backend.ensurePublished(target)
        let path = try #require(try await backend.observe(target)?.nativeID)
        let made = try await stage.emulator.compute(.get, path)
        #expect(made["reconcileConnections"] == true)
        #expect(made["connectionPreference"] == "ACCEPT_MANUAL")
        #expect(made["enableProxyProtocol"] == true)
        #expect(made["domainNames"] == ["orders.internal.example."])
        try await stage.emulator.compute(.delete, path)
        #expect(try await backend.observe(target) == nil)
        try await backend.ensurePublished(target)
        #expect(try await backend.observe(target)?.nativeID == path)
        try await backend.ensureUnpublished(target)
        #expect(try await backend.observe(target) == nil)
    }

    @Test("An attachment of our name that somebody else made is a conflict, and stays")
    func foreignAttachment() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let service = stage.service(.published(.init(loadBalancer: "second", natSubnets: ["nat-b"])))
        let target = ServiceTarget(service: service, account: stage.producer)
        let made = try await stage.emulator.makeAttachment(
            service.resourceName, in: stage.producer.nativeID, nat: "nat-b")
        let error = try await failure { () async throws(CloudError) in try await backend.ensurePublished(target) }
        #expect(error.kind == .conflict)
        try await backend.ensureUnpublished(target)
        #expect(try await stage.emulator.compute(.get, made)["name"].text == service.resourceName)
    }
}
