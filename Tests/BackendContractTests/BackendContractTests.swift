import Connectivity
import TestSupport
import Testing

/// Cases run one after another: a rig may share an emulator with others.
@Suite("Backend contract", .serialized)
struct BackendContractTests {
    @Test(arguments: Case.all)
    func keeps(_ promised: Case) async throws {
        let rig = try await promised.kind.makeRig()
        try await CloudBackendContract(rig).check(promised.promise)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let kind: BackendKind
        let promise: CloudBackendContract.Promise

        var testDescription: String { "\(kind.name): \(promise.rawValue)" }

        static let all = BackendKind.all.flatMap { kind in
            CloudBackendContract.Promise.allCases.filter { $0.concerns(kind.provider) }
                .map { Case(kind: kind, promise: $0) }
        }
    }
}
