import Connectivity
import TestSupport

/// The backends that keep the contract. A new one joins by a line here, and a file beside with its rig.
struct BackendKind: Sendable {
    let name: String
    let provider: CloudProvider
    let makeRig: @Sendable () async throws -> any BackendRig

    static let all: [BackendKind] = [
        BackendKind(name: "fake Google", provider: .gcp) { try FakeRig(provider: .gcp) },
        BackendKind(name: "fake AWS", provider: .aws) { try FakeRig(provider: .aws) },
        BackendKind(name: "Google", provider: .gcp) { try await GoogleRig() },
        BackendKind(name: "AWS", provider: .aws) { try await AWSRig() },
    ]
}
