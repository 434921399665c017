import HTTPTypes

extension HTTPField.Name {
    static let requestID = known("Request-Id")
    static let traceparent = known("traceparent")
    static let xForwardedFor = known("X-Forwarded-For")
    static let xForwardedProto = known("X-Forwarded-Proto")

    /// - Parameter name: a literal that is a token, so that there is always a name.
    static func known(_ name: String) -> Self {
        guard let known = Self(name) else { preconditionFailure("not a header's name: \(name)") }
        return known
    }
}
