import Connectivity
import ControlPlane
import HTTPTypes
import Testing

@testable import HTTPAPI

struct ProblemTableTests {
    private static let statuses: [ControlPlaneError.Code: Int] = [
        .forbidden: 403, .ownRequest: 403, .notFound: 404, .conflict: 409, .duplicateRequest: 409,
        .alreadyResolved: 409, .alreadyDecided: 409, .notPossibleNow: 409, .preconditionFailed: 412,
        .unprocessable: 422,
    ]

    @Test(arguments: ControlPlaneError.Code.allCases)
    func everyRefusalHasItsStatusAndKeepsItsWord(code: ControlPlaneError.Code) {
        #expect(code.problem.rawValue == code.rawValue)
        #expect(code.problem.status == Self.statuses[code])
    }

    @Test func aRefusalIsToldWithItsFaults() throws {
        let error = ControlPlaneError(
            .unprocessable, "It cannot be.", faults: [.init(pointer: "/subnet", detail: "is not there")])
        let answer = Answer(Problem(error).reply(requestID: "abc"))
        #expect(answer.status == 422)
        #expect(
            answer.json == [
                "type": "/problems/unprocessable", "title": .string(ProblemCode.unprocessable.title), "status": 422,
                "detail": "It cannot be.", "code": "unprocessable", "request_id": "abc",
                "errors": [["pointer": "/subnet", "detail": "is not there"]],
            ])
    }
}
