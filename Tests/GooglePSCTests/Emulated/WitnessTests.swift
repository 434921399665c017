import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import TestSupport
import Testing

@testable import GooglePSC

/// Google's own client looks at what Postern has made.
@Suite("Witness")
struct WitnessTests {
    @Test("Two projects that both use 10.0.0.0/16, published, connected and closed, as google-cloud-compute sees it")
    func officialClientSees() async throws {
        let stage = try await GoogleStage()
        let backend = try await stage.backend()
        let service = stage.service(
            .published(
                .init(
                    loadBalancer: try await stage.emulator.makeBalancer("second", in: stage.producer.nativeID),
                    natSubnets: ["nat-b"])))
        try await backend.ensurePublished(ServiceTarget(service: service, account: stage.producer))
        var endpoint = stage.endpoint()
        #expect(try await stage.drive(&endpoint, on: service, by: backend) == .settle(.active))

        let open = try await look(stage, at: service, endpoint)
        #expect(open["producer"]["connected"] == [["ACCEPTED", .string(stage.consumer.nativeID)]])
        #expect(open["producer"]["accepted"] == [[.string(stage.consumer.nativeID), 1]])
        #expect(open["consumer"]["status"] == "ACCEPTED")
        #expect(open["consumer"]["label"].text == endpoint.id.text)
        let address = try #require(open["consumer"]["address"].text.flatMap { IPv4Address($0) })
        #expect(stage.network.subnets[0].range.contains(address))

        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, on: service, by: backend, wanted: 0) == .settle(.closed))
        let closed = try await look(stage, at: service, endpoint)
        #expect(closed["producer"] == ["connected": [], "accepted": []])
        #expect(closed["consumer"] == .null)
    }

    private func look(_ stage: GoogleStage, at service: PublishedService, _ endpoint: Endpoint) async throws -> JSON {
        let witness = "witness@platform.iam.gserviceaccount.com"
        for account in [stage.producer, stage.consumer] {
            let identity = GoogleEmulator.identity(in: account.nativeID)
            let role = try GoogleEmulator.role(
                account.nativeID == stage.producer.nativeID ? "postern-producer" : "postern-consumer")
            try await stage.emulator(
                "project",
                [
                    "id": .string(account.nativeID),
                    "permissions": .object([identity: .array(role.map { .string($0) }), witness: "*"]),
                ])
        }
        let names = [
            GoogleStage.region, stage.producer.nativeID, service.resourceName, stage.consumer.nativeID,
            endpoint.resourceName,
        ]
        return try await stage.emulator("witness", ["arguments": .array(names.map { .string($0) })])
    }
}
