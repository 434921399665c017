public import Connectivity

/// A connection as last seen on a service's side.
public struct ConnectionSighting: Hashable, Sendable {
    public let connection: Connection
    /// The endpoint of ours that it is; nil: nobody asked for it.
    public let endpointID: ID<Endpoint>?
    public let firstSeenAt: Timestamp
    public let lastSeenAt: Timestamp

    public init(connection: Connection, endpointID: ID<Endpoint>?, firstSeenAt: Timestamp, lastSeenAt: Timestamp) {
        self.connection = connection
        self.endpointID = endpointID
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
    }
}

/// An event that the log has not numbered yet.
public struct EventDraft: Hashable, Sendable {
    public let id: ID<Event>
    public let kind: Event.Kind
    public let at: Timestamp
    public let actor: Event.Actor
    public let httpRequestID: String?
    public let subjects: Event.Subjects
    public let detail: [String: String]

    public init(
        id: ID<Event>, kind: Event.Kind, at: Timestamp, actor: Event.Actor, httpRequestID: String?,
        subjects: Event.Subjects, detail: [String: String]
    ) {
        self.id = id
        self.kind = kind
        self.at = at
        self.actor = actor
        self.httpRequestID = httpRequestID
        self.subjects = subjects
        self.detail = detail
    }
}

/// The reply to a request with an `Idempotency-Key`, kept so that a repeat gets the same.
public struct StoredReply: Hashable, Sendable {
    public let key: String
    public let subject: String
    /// Of the method, path and body that the key came with.
    public let fingerprint: String
    public let status: Int
    /// Header fields worth repeating, such as `Location` and `ETag`.
    public let headers: [String: String]
    public let body: String
    public let createdAt: Timestamp

    public init(
        key: String, subject: String, fingerprint: String, status: Int, headers: [String: String], body: String,
        createdAt: Timestamp
    ) {
        self.key = key
        self.subject = subject
        self.fingerprint = fingerprint
        self.status = status
        self.headers = headers
        self.body = body
        self.createdAt = createdAt
    }
}
