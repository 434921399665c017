import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Testing

@testable import GooglePSC

@Suite("Errors")
struct GoogleErrorTests {
    private static let now = Timestamp(milliseconds: 1_795_000_000_000)

    @Test(
        "Answers are classed by Google's word, else by their status",
        arguments: [
            (429, "rateLimitExceeded", CloudError.Kind.throttled), (403, "rateLimitExceeded", .throttled),
            (403, "userRateLimitExceeded", .throttled), (403, "quotaExceeded", .conflict),
            (403, "forbidden", .denied), (403, "accessNotConfigured", .denied), (401, "authError", .denied),
            (403, "insufficientPermissions", .denied), (404, "notFound", .notFound), (409, "alreadyExists", .conflict),
            (412, "conditionNotMet", .conflict), (400, "invalid", .invalid), (400, "badRequest", .invalid),
            (400, "resourceNotReady", .unavailable), (400, "resourceInUseByAnotherResource", .conflict),
            (503, "backendError", .unavailable), (500, "internalError", .unavailable),
            (502, "somethingNew", .unavailable),
            (418, "somethingNew", .invalid),
        ])
    func classesAnswers(status: Int, reason: String, kind: CloudError.Kind) {
        let body = #"{"error": {"code": \#(status), "message": "Said so.", "errors": [{"reason": "\#(reason)"}]}}"#
        let error = CloudError.google(
            CloudResponse(status: status, headers: ["Retry-After": "7"], body: Data(body.utf8)), about: "x",
            now: Self.now)
        #expect(error.kind == kind)
        #expect(error.cloudCode == reason)
        #expect(error.message.hasPrefix("Said so."))
        #expect(error.retryAfter == .seconds(7))
    }

    @Test(
        "Failures within operations are classed alike",
        arguments: [
            ("QUOTA_EXCEEDED", 403, CloudError.Kind.conflict), ("IP_IN_USE_BY_ANOTHER_RESOURCE", 400, .conflict),
            ("IP_SPACE_EXHAUSTED", 400, .conflict), ("IP_SPACE_EXHAUSTED_WITH_DETAILS", 400, .conflict),
            ("RESOURCE_NOT_FOUND", 404, .notFound), ("RESOURCE_ALREADY_EXISTS", 409, .conflict),
            ("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", 400, .conflict), ("RESOURCE_NOT_READY", 400, .unavailable),
            ("RATE_LIMIT_EXCEEDED", 403, .throttled), ("PERMISSIONS_ERROR", 403, .denied),
            ("INTERNAL_ERROR", 500, .unavailable), ("SOMETHING_NEW", 400, .invalid),
            ("SOMETHING_NEW", 503, .unavailable),
        ])
    func classesOperations(code: String, status: Int, kind: CloudError.Kind) {
        let operation = Operation(
            name: "operation-1", status: "DONE", error: .init(errors: [.init(code: code, message: "Said so.")]),
            httpErrorStatusCode: status)
        let error = CloudError.google(operation.error ?? .init(), of: operation)
        #expect(error.kind == kind)
        #expect(error.cloudCode == code)
        #expect(error.cloudRequestID == "operation-1")
    }

    @Test(
        "The remedy tells what to change where the class of the error does not",
        arguments: [
            ("quotaExceeded", "higher quota"), ("IP_SPACE_EXHAUSTED", "another subnet"),
            ("IP_IN_USE_BY_ANOTHER_RESOURCE", "another one"), ("authError", "credentials"),
            ("SERVICE_DISABLED", "Enable that API"), ("accessNotConfigured", "Enable that API"),
        ])
    func advises(reason: String, advice: String) {
        let body = #"{"error": {"message": "No.", "errors": [{"reason": "\#(reason)"}]}}"#
        let error = CloudError.google(
            CloudResponse(status: 403, body: Data(body.utf8)), about: "x", now: Self.now)
        #expect(error.fault(side: .consumer, at: Self.now).remedy.contains(advice))
    }

    @Test("An answer that is no JSON, and one with a token in it, do no harm")
    func isRobust() {
        let odd = CloudError.google(
            CloudResponse(status: 502, body: Data("<html>Bad Gateway</html>".utf8)), about: "projects/p", now: Self.now)
        #expect(odd.kind == .unavailable)
        #expect(odd.cloudCode == "502")
        #expect(odd.message.contains("projects/p"))
        let leaky = #"{"error": {"message": "Bearer ya29.secret-secret-secret was refused"}}"#
        let redacted = CloudError.google(
            CloudResponse(status: 401, body: Data(leaky.utf8)), about: "x", now: Self.now)
        #expect(!redacted.message.contains("secret-secret"))
    }
}
