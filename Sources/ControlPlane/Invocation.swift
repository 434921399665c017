public import Connectivity

/// One call of a use case: who asks, and under which HTTP request.
public struct Invocation: Hashable, Sendable {
    public let caller: Caller
    public let httpRequestID: String?

    public init(caller: Caller, httpRequestID: String?) {
        self.caller = caller
        self.httpRequestID = httpRequestID
    }
}

/// What `If-Match` asks of the current revision.
public enum Precondition: Hashable, Sendable {
    case none
    case anyOf(Set<Int>)

    /// - Throws: `preconditionFailed` if the thing has changed since the caller read it.
    func check(_ revision: Int) throws(ControlPlaneError) {
        guard case .anyOf(let revisions) = self, !revisions.contains(revision) else { return }
        throw ControlPlaneError(
            .preconditionFailed, "It has changed since you read it (its revision is now \(revision)): read it again.")
    }
}
