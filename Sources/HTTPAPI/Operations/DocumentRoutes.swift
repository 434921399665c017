import APIDocument
import HTTPTypes

/// `/openapi.yaml` and `/openapi.json`: the contract, as it was written and as most tools want it.
struct DocumentRoutes: Sendable {
    private let yaml: [UInt8]
    private let json: [UInt8]

    /// - Throws: if the document is not YAML that JSON can say.
    init() throws {
        yaml = APIDocument.yaml
        json = try Self.converted.get()
    }

    /// Built into the program, so that it is the same for ever: converted once.
    private static let converted = Result {
        try YAMLDocument(text: String(decoding: APIDocument.yaml, as: UTF8.self)).json.text
    }

    var routes: [Route] {
        [
            route("/openapi.yaml", yaml, "application/yaml"),
            route("/openapi.json", json, "application/json"),
        ]
    }

    private func route(_ path: String, _ text: [UInt8], _ contentType: String) -> Route {
        let tag = "\"\(SHA256Text.hex(text).prefix(16))\""
        return Route(.get, path, access: .open) { call in
            try QueryReader(call.query).finish()
            guard !ETag.isKnown(tag, ifNoneMatch: call.headers[.ifNoneMatch]) else { return .notModified(tag) }
            return Reply(status: .ok, headers: [.eTag: tag], body: text, contentType: contentType)
        }
    }
}
