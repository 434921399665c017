import CloudTransport
import Connectivity
import ControlPlane
import XMLCoder

/// What AWS says when it does not do as told: EC2's form of it, and that of all others.
struct AWSErrorReply {
    let code: String?
    let message: String?
    let requestID: String?
    private let response: CloudResponse

    init(_ response: CloudResponse) {
        self.response = response
        let decoder = XMLDecoder()
        let content =
            (try? decoder.decode(EC2Form.self, from: response.body)).flatMap(\.Errors.Error.first)
            ?? (try? decoder.decode(QueryForm.self, from: response.body))?.Error
        code = content?.Code
        message = content?.Message
        requestID = Self.requestID(in: response)
    }

    /// The same as an error of the port, classed by AWS's code, and by the status where there is none.
    func cloudError(of action: String, now: Timestamp) -> CloudError {
        let kind = code.map { AWSErrorCode($0, status: response.status).kind } ?? response.kindByStatus ?? .unavailable
        let words = message.map { Redaction.clean($0) } ?? "status \(response.status)"
        return CloudError(
            kind: kind, cloudCode: code, message: "\(action): \(words)", cloudRequestID: requestID,
            retryAfter: response.retryAfter(now: now))
    }

    /// From the header, else from the XML: EC2 writes `requestId` in successes and `RequestID` in errors.
    static func requestID(in response: CloudResponse) -> String? {
        if let id = response.headers["x-amzn-requestid"], !id.isEmpty { return id }
        let text =
            String(decoding: response.body.suffix(4096), as: UTF8.self)
            + String(decoding: response.body.prefix(512), as: UTF8.self)
        return text.firstMatch(of: /<[Rr]equestI[dD]>([A-Za-z0-9-]{8,80})</).map { String($0.1) }
    }

    private struct Content: Decodable {
        let Code: String
        let Message: String?
    }

    private struct EC2Form: Decodable {
        struct List: Decodable {
            let Error: [Content]
        }

        let Errors: List
    }

    private struct QueryForm: Decodable {
        let Error: Content
    }
}

/// An error code of EC2 or STS, and what it means for a repeat.
struct AWSErrorCode {
    let code: String
    let status: Int

    init(_ code: String, status: Int = 400) {
        self.code = code
        self.status = status
    }

    var kind: CloudError.Kind {
        if Self.throttling.contains(code) { return .throttled }
        if Self.failing.contains(code) { return .unavailable }
        if Self.denying.contains(code) { return .denied }
        if code.contains("NotFound") || code == "InvalidServiceName" || code == "NoSuchEntity" { return .notFound }
        if Self.conflicting.contains(code) || code.hasSuffix("LimitExceeded") || code.hasSuffix(".Duplicate")
            || code.hasSuffix("InUse")
        {
            return .conflict
        }
        return status >= 500 ? .unavailable : .invalid
    }

    /// Whether the credentials themselves were not taken, whatever they may do.
    var isOfCredentials: Bool { Self.credential.contains(code) }

    /// Whether other credentials may do: the call had no effect.
    var isOfExpiredCredentials: Bool { Self.expired.contains(code) }

    private static let throttling: Set = [
        "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
        "RequestThrottledException", "TooManyRequestsException", "BandwidthLimitExceeded", "LimitExceededException",
        "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException", "ConcurrentTagAccess",
    ]
    private static let failing: Set = [
        "InternalError", "InternalFailure", "InternalServerError", "Unavailable", "ServiceUnavailable",
        "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError", "InsufficientCapacity",
    ]
    private static let denying: Set<String> = Set<String>([
        "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "OptInRequired", "Blocked",
        "PendingVerification", "InvalidIdentityToken", "IDPRejectedClaim", "RegionDisabledException", "NotAuthorized",
    ]).union(credential)
    private static let credential: Set<String> = Set<String>([
        "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature",
        "MissingAuthenticationToken", "UnrecognizedClientException",
    ]).union(expired)
    private static let expired: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
    ]
    private static let conflicting: Set = [
        "InsufficientFreeAddressesInSubnet", "InsufficientFreeAddresses", "DependencyViolation", "IncorrectState",
        "InvalidState", "IdempotentParameterMismatch", "ExistingVpcEndpointConnections", "ResourceAlreadyAssociated",
        "OperationInProgress",
    ]
}
