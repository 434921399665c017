import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// What Google answers instead of a success.
struct GoogleErrorBody: Decodable {
    var error: Failure

    struct Failure: Decodable {
        var message: String?
        var status: String?
        var errors: [Item]?
        var details: [Detail]?
    }

    struct Item: Decodable {
        var reason: String?
    }

    /// `google.rpc.ErrorInfo` among others.
    struct Detail: Decodable {
        var reason: String?
    }
}

extension CloudError {
    /// An answer that is no success.
    /// - Parameter resource: what the call was about, where Google's own words do not say it.
    static func google(_ response: CloudResponse, about resource: String, now: Timestamp) -> CloudError {
        let failure = (try? JSONDecoder().decode(GoogleErrorBody.self, from: response.body))?.error
        let info = failure?.details?.compactMap(\.reason).first
        let reason = info ?? failure?.errors?.compactMap(\.reason).first ?? failure?.status
        let kind = reason.flatMap(kind(ofReason:)) ?? response.kindByStatus ?? .invalid
        let said = failure?.message ?? "Google answered \(response.status) about \(resource)."
        return CloudError(
            kind: kind, cloudCode: reason ?? "\(response.status)", message: Redaction.clean(said),
            retryAfter: response.retryAfter(now: now), remedy: reason.flatMap(remedy(ofReason:)))
    }

    /// A failure that showed only while an operation ran.
    static func google(_ failure: Operation.Failure, of operation: Operation) -> CloudError {
        let detail = failure.errors?.first
        let code = detail?.code
        let byStatus = operation.httpErrorStatusCode.flatMap { CloudResponse(status: $0).kindByStatus }
        let said = detail?.message ?? "The operation failed."
        return CloudError(
            kind: code.flatMap(kind(ofReason:)) ?? byStatus ?? .invalid, cloudCode: code,
            message: Redaction.clean(said), cloudRequestID: operation.name, remedy: code.flatMap(remedy(ofReason:)))
    }

    /// The class of Google's own word, by which it tells more than by its status: `camelCase` in answers, `UPPER_CASE`
    /// in operations. nil: the status decides.
    static func kind(ofReason reason: String) -> Kind? {
        switch plain(reason) {
        case "ratelimitexceeded", "userratelimitexceeded", "resourceexhausted":
            .throttled
        case "resourcenotready", "backenderror", "internalerror", "unavailable", "timeout", "internal":
            .unavailable
        case "quotaexceeded", "limitexceeded", "alreadyexists", "resourcealreadyexists", "conditionnotmet",
            "ipinusebyanotherresource", "ipspaceexhausted", "ipspaceexhaustedwithdetails", "resourceinuse",
            "resourceinusebyanotherresource":
            .conflict
        case "accessnotconfigured", "servicedisabled", "forbidden", "permissionserror", "permissiondenied",
            "iampermissiondenied", "autherror", "insufficientpermissions":
            .denied
        case "notfound", "resourcenotfound": .notFound
        default: nil
        }
    }

    /// What to change, where the word tells more than its class.
    private static func remedy(ofReason reason: String) -> String? {
        switch plain(reason) {
        case "quotaexceeded", "limitexceeded":
            "Delete what is not needed any more in that project or ask Google for a higher quota, then retry."
        case "ipspaceexhausted", "ipspaceexhaustedwithdetails":
            "Free an address of the subnet or enlarge it, then retry; or file a request for another subnet."
        case "ipinusebyanotherresource": "Free that address, then retry; or file a request for another one."
        case "accessnotconfigured", "servicedisabled": "Enable that API in the project, then retry."
        case "autherror": "Renew the credentials that Postern was given, then retry."
        default: nil
        }
    }

    /// `quotaExceeded` and `QUOTA_EXCEEDED` are one word.
    private static func plain(_ reason: String) -> String { reason.lowercased().replacing("_", with: "") }
}

extension CloudError {
    /// Whether somebody else changed the resource since it was read, or is changing it right now.
    var isEditCollision: Bool {
        cloudCode.map {
            ["conditionNotMet", "CONDITION_NOT_MET", "resourceNotReady", "RESOURCE_NOT_READY"].contains($0)
        }
            ?? false
    }

    /// Whether the token, not what was asked with it, was refused.
    var isRefusedToken: Bool {
        cloudCode.map { ["authError", "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "401"].contains($0) } ?? false
    }

    /// Whether the project lacks the whole API.
    var isServiceDisabled: Bool {
        cloudCode.map { ["SERVICE_DISABLED", "accessNotConfigured"].contains($0) } ?? false
    }

    var isAlreadyExists: Bool {
        cloudCode.map { ["alreadyExists", "RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"].contains($0) } ?? false
    }
}
