import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import AWSPrivateLink

extension EmulatedAWSTests {
    /// The documented policies are enforced in all of these tests; here everything that Postern does is done once, and
    /// what it needed is held against what they allow: nothing is missing, and nothing is too much.
    @Test func thePoliciesAllowExactlyWhatIsDone() async throws {
        let stage = try await AWSStage(privateDNSName: "orders.example.com")
        try await stage.emulator(
            "private_dns_state", ["service": .string(stage.adoptedID ?? ""), "state": "verified"])
        let backend = try stage.makeBackend()
        for account in [stage.producer, stage.consumer] { _ = try await backend.networks(of: account) }
        let published = try await stage.publication(supportedRegions: ["eu-west-1"])
        try await backend.ensurePublished(stage.target(published))
        let group = try await stage.emulator.boto(
            stage.consumer.nativeID, "create_security_group",
            ["GroupName": "endpoints", "Description": "x", "VpcId": .string(stage.network.nativeID)])
        for service in [stage.service, published] {
            var endpoint = stage.endpoint(
                options: .init(
                    additionalSubnets: [stage.network.subnets[1].nativeID],
                    securityGroups: [group["GroupId"].text ?? ""], privateDNS: true))
            #expect(try await stage.drive(&endpoint, by: backend, on: service).action == .settle(.active))
            _ = try await backend.observe(stage.target(service))
            endpoint.desired = .absent
            #expect(try await stage.drive(&endpoint, by: backend, on: service).action == .settle(.closed))
        }
        try await backend.ensureUnpublished(stage.target(published))

        let used = try await stage.emulator("policy_use")["used"]
        for (account, policy) in [(stage.producer, "producer-role"), (stage.consumer, "consumer-role")] {
            let needed = Set(used[account.access.identity ?? ""].texts)
            #expect(needed == (try Self.actions(of: policy)), "\(policy)")
        }
        let own = used["arn:aws:iam::\(AWSStage.serverAccount):user/postern"].texts
        #expect(Set(own) == (try Self.actions(of: "postern-identity")))
    }

    private static func actions(of policy: String) throws -> Set<String> {
        Set(
            try AWSEmulator.policy(policy)["Statement"].elements.flatMap { statement in
                statement["Action"].text.map { [$0] } ?? statement["Action"].texts
            })
    }

    /// What the tags are for: things that are not Postern's are out of its reach, whatever it would try.
    @Test func thePoliciesKeepPosternFromWhatIsNotItsOwn() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        try await backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let seen = try #require(try await backend.observe(stage.target(stage.service)))
        let foreign = try await stage.emulator.makeEndpoint(
            in: stage.consumer.nativeID, vpc: stage.network.nativeID, subnet: stage.network.subnets[0].nativeID,
            serviceName: seen.serviceName)
        let consumer = try backend.consumer(stage.target(endpoint))
        let deletion = await #expect(throws: CloudError.self) { try await consumer.deleteEndpoints([foreign]) }
        #expect(deletion?.cloudCode == "UnauthorizedOperation")
        let producer = try backend.producer(stage.producer, of: stage.service)
        let removal = await #expect(throws: CloudError.self) {
            try await producer.deleteService(stage.adoptedID ?? "")
        }
        #expect(removal?.cloudCode == "UnauthorizedOperation")
    }
}
