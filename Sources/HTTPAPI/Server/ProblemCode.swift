/// Everything that can be wrong with a request, and with which status it is told. The one table of it.
enum ProblemCode: String, CaseIterable, Sendable {
    /// Not HTTP as RFC 9112 has it, or a path that cannot be decoded.
    case badRequest = "bad_request"
    case invalidBody = "invalid_body"
    case invalidQuery = "invalid_query"
    case unauthorized
    case forbidden
    /// The requester asks to approve their own request.
    case ownRequest = "own_request"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    /// The client was too slow to send its request.
    case requestTimeout = "request_timeout"
    case conflict
    case duplicateRequest = "duplicate_request"
    case alreadyResolved = "already_resolved"
    case alreadyDecided = "already_decided"
    case notPossibleNow = "not_possible_now"
    /// A request with the same `Idempotency-Key` is still at work.
    case preconditionFailed = "precondition_failed"
    case payloadTooLarge = "payload_too_large"
    case uriTooLong = "uri_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case expectationFailed = "expectation_failed"
    /// Well formed, but impossible.
    case unprocessable
    case idempotencyKeyReused = "idempotency_key_reused"
    case headerTooLarge = "header_too_large"
    case `internal`
    case notImplemented = "not_implemented"
    case unavailable

    var status: Int { entry.0 }
    var title: String { entry.1 }
    /// A stable name for the kind of problem; a URI reference, as RFC 9457 asks.
    var type: String { "/problems/\(rawValue)" }

    private var entry: (Int, String) {
        switch self {
        case .badRequest: (400, "The request is malformed.")
        case .invalidBody: (400, "The body is not what this operation takes.")
        case .invalidQuery: (400, "The query is not what this operation takes.")
        case .unauthorized: (401, "A valid token is needed.")
        case .forbidden: (403, "You may not do this.")
        case .ownRequest: (403, "Nobody decides on their own request.")
        case .notFound: (404, "There is no such thing, or you may not see it.")
        case .methodNotAllowed: (405, "This resource does not have this method.")
        case .requestTimeout: (408, "The request took too long to arrive.")
        case .conflict: (409, "Something else stands in the way.")
        case .duplicateRequest: (409, "There is such a request already.")
        case .alreadyResolved: (409, "The request has been resolved already.")
        case .alreadyDecided: (409, "You have decided already.")
        case .notPossibleNow: (409, "The present state does not allow this.")
        case .preconditionFailed: (412, "It has changed since you read it.")
        case .payloadTooLarge: (413, "The body is too large.")
        case .uriTooLong: (414, "The URI is too long.")
        case .unsupportedMediaType: (415, "The body must be application/json.")
        case .expectationFailed: (417, "The expectation cannot be met.")
        case .unprocessable: (422, "Well formed, but impossible as it is.")
        case .idempotencyKeyReused: (422, "The key was used for another request.")
        case .headerTooLarge: (431, "The header is too large.")
        case .internal: (500, "Something went wrong here.")
        case .notImplemented: (501, "The server does not know this method.")
        case .unavailable: (503, "The server cannot do this at the moment.")
        }
    }
}
