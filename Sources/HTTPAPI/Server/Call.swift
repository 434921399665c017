import HTTPTypes
import Logging

/// A request that has arrived whole and has found its route.
struct Call: Sendable {
    /// `GET` also for a `HEAD`, which is answered as `GET` is, without the body.
    var method: HTTPRequest.Method
    /// The route's path: `/v1/teams/{team}`.
    var template: String
    /// The path as it was sent, without the query, percent-encoded.
    let path: String
    /// Percent-decoded, by the names in the template.
    var parameters: [String: String]
    let query: Query
    let headers: HTTPFields
    /// At most as large as the settings allow.
    var body: [UInt8]
    /// From the client's `Request-Id` if that is fit, else made here.
    let requestID: String
    /// The client's address; behind a proxy, as the proxy tells.
    let remote: String
    /// `https` if the client speaks TLS to us, or, behind a proxy, to the proxy.
    let scheme: String
    /// With `request_id` and, if sent, `traceparent` in its metadata.
    let logger: Logger
    let notes: CallNotes

    /// The path parameter of this name; the template must have it.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// The body as JSON.
    /// - Throws: `invalid_body` with the place of the fault.
    func json() throws(Problem) -> JSONValue {
        do { return try JSONParser.parse(body) } catch { throw Problem(error) }
    }
}
