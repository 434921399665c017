import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import TestSupport
import Testing

@testable import GooglePSC

@Suite("Documented roles")
struct PermissionsTests {
    /// Everything that Postern does, once; then the emulator's record of what each call asked for is the role, no more
    /// and no less.
    @Test("The roles hold what Postern's calls ask for, and nothing else")
    func rolesAreComplete() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        for account in [stage.producer, stage.consumer] { _ = try await backend.networks(of: account) }
        // Peered ranges are read at the producer too, where a project has peers.
        let service = stage.service(
            .published(
                .init(
                    loadBalancer: try await stage.emulator.makeBalancer("second", in: stage.producer.nativeID),
                    natSubnets: ["nat-b"])))
        let published = ServiceTarget(service: service, account: stage.producer)
        try await backend.ensurePublished(published)
        try await backend.ensureUnpublished(published)
        try await stage.admitByHand("123456", limit: 1)
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, by: backend) == .settle(.active))
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, wanted: 0) == .settle(.closed))

        #expect(try await asked(by: stage.consumer, on: stage) == Set(try GoogleEmulator.role("postern-consumer")))
        // The emulator's producer has no peers; a real one may.
        let peers: Set = ["compute.networks.listPeeringRoutes"]
        #expect(
            try await asked(by: stage.producer, on: stage).union(peers)
                == Set(try GoogleEmulator.role("postern-producer")))
        #expect(try GoogleEmulator.role("postern") == ["iam.serviceAccounts.getAccessToken"])
        #expect(try await stage.emulator("violations", method: .get)["violations"] == [])
    }

    @Test(
        "Each permission of a role is explained, and nothing else is",
        arguments: ["postern-producer", "postern-consumer"])
    func rolesAreExplained(name: String) async throws {
        let page = try String(
            contentsOf: EmulatorProcess.root.appending(path: "Sources/GooglePSC/GooglePSC.docc/Permissions.md"),
            encoding: .utf8)
        let section =
            try #require(page.split(separator: "`\(name)-role.json`").dropFirst().first)
            .split(separator: "\n## ").first ?? ""
        let explained = section.matches(of: /`((?:compute|resourcemanager|servicedirectory)\.[A-Za-z.]+)`/)
            .map { String($0.1) }
        #expect(Set(explained) == Set(try GoogleEmulator.role(name)))
    }

    @Test(
        "The commands that are told make every delivered role and bind it, and none of Google's wider ones",
        arguments: ["README.md", "Sources/GooglePSC/GooglePSC.docc/Permissions.md"])
    func commandsBindTheRoles(page: String) throws {
        let text = try String(contentsOf: EmulatorProcess.root.appending(path: page), encoding: .utf8)
            .replacing("\\\n", with: " ")
        for (file, role) in [
            ("postern", "postern"), ("postern-producer", "posternProducer"), ("postern-consumer", "posternConsumer"),
        ] {
            let commands = text.split(separator: "\n").filter { $0.contains("gcloud iam") || $0.contains("gcloud pro") }
            #expect(
                commands.contains { $0.contains("roles create \(role) ") && $0.hasSuffix("\(file)-role.json") },
                "\(role)")
            #expect(
                commands.contains { $0.contains("add-iam-policy-binding") && $0.hasSuffix("/roles/\(role)") }, "\(role)"
            )
        }
        #expect(!text.contains("serviceAccountTokenCreator"))
    }

    private func asked(by account: CloudAccount, on stage: GoogleStage) async throws -> Set<String> {
        let identity = GoogleEmulator.identity(in: account.nativeID)
        let calls = try await stage.emulator("calls", method: .get)["calls"].elements
        return Set(calls.filter { $0["principal"].text == identity }.flatMap { $0["permissions"].texts })
    }
}
