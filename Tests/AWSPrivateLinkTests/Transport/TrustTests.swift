import AWSPrivateLink
import CloudTransport
import ControlPlane
import Foundation
import TestSupport
import Testing

/// A server whose certificate is signed by an authority that the system does not know.
@Suite struct TrustTests {
    @Test func anAuthorityIsTrustedWhenItIsNamed() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "postern-\(UUID()).pem").path
        let server = try AWSEmulator.startSecurely(authorityFile: file)
        let secure = "https" + server.address.dropFirst(4)
        let call = CloudRequest(method: .post, url: "\(secure)/_emulator/calls", body: Data("{}".utf8))

        let stranger = try CloudTransport()
        let error = await #expect(throws: CloudError.self) { try await stranger.send(call) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("TLS") == true)
        await stranger.shutdown()

        let settings = try AWSSettings(environment: ["AWS_CA_BUNDLE": file])
        let friend = try CloudTransport(settings.transport)
        #expect(try await friend.send(call).status == 200)
        // The authority's word counts for the names in the certificate only.
        let misnamed = CloudRequest(method: .get, url: secure.replacingOccurrences(of: "127.0.0.1", with: "127.0.0.2"))
        await #expect(throws: CloudError.self) { try await friend.send(misnamed) }
        await friend.shutdown()
        server.stop()
    }
}
