import Connectivity
import Testing
import TestSupport

/// The backends that keep the contract. A new one joins by a line here, and a file beside with its rig.
struct BackendKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let makeRig: @Sendable () async throws -> any BackendRig

    static let all: [BackendKind] = []
}
