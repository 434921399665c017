public import Connectivity

/// Why a use case refused. Nothing was changed.
public struct ControlPlaneError: Error, Hashable {
    public enum Code: String, CaseIterable, Sendable {
        case forbidden
        /// The requester asks to approve their own request.
        case ownRequest = "own_request"
        case notFound = "not_found"
        /// A name is taken, a thing is still in use.
        case conflict
        case duplicateRequest = "duplicate_request"
        case alreadyResolved = "already_resolved"
        /// This approver has already approved.
        case alreadyDecided = "already_decided"
        /// The state of the thing does not allow this now.
        case notPossibleNow = "not_possible_now"
        /// `If-Match` names another revision.
        case preconditionFailed = "precondition_failed"
        /// Well formed, but impossible: the faults say which fields.
        case unprocessable
    }

    /// A field of the request body that is at fault.
    public struct FieldFault: Hashable, Sendable {
        /// RFC 6901: `/subnet`.
        public let pointer: String
        public let detail: String

        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    public let code: Code
    public let message: String
    public let faults: [FieldFault]
    /// The request that the refused one would have doubled.
    public let existing: ID<EndpointRequest>?

    public init(_ code: Code, _ message: String, faults: [FieldFault] = [], existing: ID<EndpointRequest>? = nil) {
        self.code = code
        self.message = message
        self.faults = faults
        self.existing = existing
    }

    static func notFound(_ what: String) -> Self { Self(.notFound, "There is no such \(what), or you may not see it.") }

    static func impossible(_ faults: [FieldFault]) -> Self {
        Self(.unprocessable, "The request is well formed, but cannot be fulfilled as it is.", faults: faults)
    }

    static func impossible(_ pointer: String, _ detail: String) -> Self {
        impossible([FieldFault(pointer: pointer, detail: detail)])
    }
}

extension Permission {
    /// - Throws: `notFound` or `forbidden`, unless granted.
    func require(_ what: String) throws(ControlPlaneError) {
        switch self {
        case .granted: return
        case .hidden: throw .notFound(what)
        case .refused(let reason): throw ControlPlaneError(.forbidden, reason)
        }
    }
}
