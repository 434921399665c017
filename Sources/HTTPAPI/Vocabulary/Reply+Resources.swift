import HTTPTypes

/// A thing of the API with a path of its own.
protocol Resource: JSONWritable, Sendable {
    var path: String { get }
    /// The entity tag; nil for what never changes.
    var tag: String? { get }
}

extension Reply {
    /// One thing as it is now.
    static func one(_ resource: some Resource, status: HTTPResponse.Status = .ok) -> Self {
        var reply = Self(status: status, body: JSONWriter.bytes(of: resource), contentType: "application/json")
        reply.headers[.eTag] = resource.tag
        return reply
    }

    /// A thing that was just made.
    static func created(_ resource: some Resource) -> Self {
        var reply = one(resource, status: .created)
        reply.headers[.location] = resource.path
        return reply
    }

    /// A wish was written down, and Postern is bringing the cloud to it.
    static func accepted(_ resource: some Resource) -> Self { one(resource, status: .accepted) }

    /// The client has this revision already.
    static func notModified(_ tag: String) -> Self { Self(status: .notModified, headers: [.eTag: tag]) }
}

extension Reply {
    static func json(_ value: some JSONWritable, status: HTTPResponse.Status = .ok) -> Self {
        Self(status: status, body: JSONWriter.bytes(of: value), contentType: "application/json")
    }

    /// A list that is short by nature, on one page.
    static func whole(_ entries: [some JSONWritable]) -> Self {
        var json = JSONWriter()
        json.object { json in
            json.member("data", entries)
            json.member("next_cursor", String?.none)
        }
        return Self(status: .ok, body: json.bytes, contentType: "application/json")
    }
}
