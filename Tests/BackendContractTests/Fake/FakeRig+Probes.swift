import Connectivity
import ControlPlane
import TestSupport

@testable import FakeCloud

/// The clouds' native calls, for tests of what they do by themselves.
extension FakeRig {
    func native<Value: Sendable>(
        _ body: (inout CloudState) throws(CloudError) -> Value
    ) throws(CloudError) -> Value { try cloud.transact(body) }

    /// The native code of the error that a call throws.
    func nativeError(_ body: (inout CloudState) throws(CloudError) -> Void) -> CloudError? {
        do throws(CloudError) {
            try cloud.transact(body)
            return nil
        } catch {
            return error
        }
    }

    func status(of nativeID: String) throws -> String? {
        try cloud.transact { state in state.endpoints[nativeID]?.status(at: state.now) }
    }

    /// More than anything takes.
    func settle() { for _ in 0..<20 { advance() } }

    func attachment(_ service: RigService) throws -> ServiceAttachment {
        try cloud.transact { state throws(CloudError) in
            guard let attachment = state.attachments[service.nativeID] else {
                throw state.googleNotFound(service.nativeID)
            }
            return attachment
        }
    }

    /// A patch by somebody who has just read.
    func patch(_ service: RigService, _ patch: AttachmentPatch) throws {
        let fingerprint = try attachment(service).fingerprint
        try cloud.transact { state throws(CloudError) in
            try state.patchAttachment(service.nativeID, fingerprint: fingerprint, patch)
        }
    }

    /// An endpoint by hand, waited for.
    func connect(_ scene: BackendScene, consumer: Int = 0, subnet: Int = 0) async throws -> String {
        let chosen = scene.consumers[consumer]
        let id = try await createEndpoint(
            by: chosen, in: chosen.network.subnets[subnet], to: scene.service, disguisedAs: nil)
        settle()
        return id
    }
}
