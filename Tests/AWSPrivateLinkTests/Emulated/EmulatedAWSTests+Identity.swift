import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import TestSupport
import Testing

@testable import AWSPrivateLink

/// The server's own identity, wherever it runs.
extension EmulatedAWSTests {
    private func own(_ stage: AWSStage, _ variables: [String: String]) throws -> AWSPrivateLinkBackend {
        var stage = stage
        stage.environment = variables.merging([
            "AWS_ENDPOINT_URL": stage.emulator.address, "AWS_REGION": AWSEmulator.region, "HOME": "/nonexistent",
        ]) { given, _ in given }
        return try stage.makeBackend()
    }

    /// A role of the server's account that may enter the others; the registered roles trust it.
    private func serverRole(_ stage: AWSStage, _ trust: [String: JSON] = [:]) async throws -> String {
        var wish = trust
        wish["account"] = .string(AWSStage.serverAccount)
        wish["name"] = "postern-server"
        wish["policies"] = [try AWSEmulator.policy("postern-identity")]
        let arn = try await stage.emulator("role", .object(wish))["arn"].text ?? ""
        try await stage.emulator(
            "role",
            [
                "account": .string(stage.consumer.nativeID), "name": "postern",
                "policies": [try AWSEmulator.policy("consumer-role")],
                "trusts": [.string("arn:aws:iam::\(AWSStage.serverAccount):root")],
                "external_id": .string(stage.consumer.access.externalID ?? ""),
            ])
        return arn
    }

    @Test func onAnInstance() async throws {
        let stage = try await AWSStage()
        let role = try await serverRole(stage)
        try await stage.emulator("instance", ["role": .string(role)])
        let backend = try own(stage, ["AWS_EC2_METADATA_SERVICE_ENDPOINT": stage.emulator.address])
        #expect(try await backend.networks(of: stage.consumer).count == 1)
        try await stage.emulator("instance")
    }

    @Test func inAContainer() async throws {
        let stage = try await AWSStage()
        let role = try await serverRole(stage)
        try await stage.emulator("instance", ["role": .string(role), "container_token": "pod-token"])
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(stage.emulator.address)/container/credentials"]
        let backend = try own(stage, variables.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "pod-token"]) { $1 })
        #expect(try await backend.networks(of: stage.consumer).count == 1)
        let stranger = try own(stage, variables.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "guess"]) { $1 })
        let error = await #expect(throws: CloudError.self) { _ = try await stranger.networks(of: stage.consumer) }
        #expect(error?.kind == .denied)
        try await stage.emulator("instance")
    }

    @Test func withAWebIdentity() async throws {
        let stage = try await AWSStage()
        let role = try await serverRole(stage, ["web_identity_token": "eyJ.of.pod"])
        let file = FileManager.default.temporaryDirectory.appending(path: "postern-\(UUID())")
        try Data("eyJ.of.pod\n".utf8).write(to: file)
        let backend = try own(
            stage, ["AWS_WEB_IDENTITY_TOKEN_FILE": file.path, "AWS_ROLE_ARN": role])
        #expect(try await backend.networks(of: stage.consumer).count == 1)
        try Data("eyJ.of.another".utf8).write(to: file)
        let other = try own(stage, ["AWS_WEB_IDENTITY_TOKEN_FILE": file.path, "AWS_ROLE_ARN": role])
        let error = await #expect(throws: CloudError.self) { _ = try await other.networks(of: stage.consumer) }
        #expect(error?.cloudCode == "InvalidIdentityToken")
        #expect(error?.message.contains("eyJ") == false)
    }
}
