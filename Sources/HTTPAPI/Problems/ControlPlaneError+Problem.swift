import Connectivity
import ControlPlane
import HTTPTypes

extension ControlPlaneError.Code {
    /// The one table from a use case's refusal to what HTTP calls it.
    var problem: ProblemCode {
        switch self {
        case .forbidden: .forbidden
        case .ownRequest: .ownRequest
        case .notFound: .notFound
        case .conflict: .conflict
        case .duplicateRequest: .duplicateRequest
        case .alreadyResolved: .alreadyResolved
        case .alreadyDecided: .alreadyDecided
        case .notPossibleNow: .notPossibleNow
        case .preconditionFailed: .preconditionFailed
        case .unprocessable: .unprocessable
        }
    }
}

extension Problem {
    init(_ error: ControlPlaneError) {
        self.init(
            error.code.problem, error.message, faults: error.faults.map { Fault(.pointer($0.pointer), $0.detail) })
        if let existing = error.existing {
            let path = EndpointRequest.path(of: existing)
            members = [.init("existing", .object([.init("id", .string(existing.text)), .init("url", .string(path))]))]
            headers[.link] = "<\(path)>; rel=\"related\""
        }
    }
}
