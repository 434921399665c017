import HTTPTypes

/// One operation: what a method does at a path.
struct Route: Sendable {
    enum Access: Hashable, Sendable {
        /// Anyone may call it.
        case open
        /// The handler wants to know the caller.
        case authenticated
    }

    typealias Handler = @Sendable (Call) async throws -> Reply

    let method: HTTPRequest.Method
    /// `/v1/teams/{team}`: a segment is a literal or a parameter, and literals win. `HEAD`, `OPTIONS` and 405 need no
    /// routes of their own.
    let path: String
    let access: Access
    /// Throws `Problem`, or `StoreError.unavailable` or `.damaged`, which is told as 503; anything else is told as 500 and logged.
    let handler: Handler

    init(_ method: HTTPRequest.Method, _ path: String, access: Access, handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.access = access
        self.handler = handler
    }
}
