import HTTPTypes

extension KnownCall {
    /// The body, which must be a JSON object of this format.
    /// - Throws: `unsupported_media_type`, or `invalid_body` with everything that is wrong.
    func body<Value>(_ format: BodyFormat<Value>) throws(Problem) -> Value {
        try requireJSON()
        guard !call.body.isEmpty else {
            throw .invalidBody([.init(.pointer(""), "must be a JSON object, and there is no body")])
        }
        return try read(try call.json(), format)
    }

    /// The same, where an empty body means an empty object.
    func optionalBody<Value>(_ format: BodyFormat<Value>) throws(Problem) -> Value {
        guard call.body.isEmpty else { return try body(format) }
        return try read(.object([]), format)
    }

    /// For operations that need to be told nothing: an empty body or an empty object.
    func requireNoBody() throws(Problem) { try optionalBody(.object { _ in () }) }

    private func read<Value>(_ json: JSONValue, _ format: BodyFormat<Value>) throws(Problem) -> Value {
        let faults = BodyFaults()
        let value = format.read(json, "", faults)
        guard let value, faults.list.isEmpty else {
            throw .invalidBody(faults.list.map { .init(.pointer($0.pointer), $0.detail) })
        }
        return value
    }

    private func requireJSON() throws(Problem) {
        let field = call.headers[.contentType]
        guard field != nil || !call.body.isEmpty else { return }
        let parts = (field ?? "").split(separator: ";", omittingEmptySubsequences: false)
            .map { String($0).trimmed.lowercased() }
        let isJSON = parts.first == "application/json"
        let isUTF8 = parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" || $0.isEmpty }
        let isPlain = call.headers[.contentEncoding].map { $0.trimmed.lowercased() == "identity" } ?? true
        guard isJSON, isUTF8, isPlain else {
            throw Problem(
                .unsupportedMediaType, "Send the body as application/json, in UTF-8 and not encoded.",
                faults: [.init(.header("Content-Type"), "must be application/json")])
        }
    }
}

extension Problem {
    fileprivate static func invalidBody(_ faults: [Fault]) -> Self {
        Self(.invalidBody, "The body has \(faults.count) \(faults.count == 1 ? "fault" : "faults").", faults: faults)
    }
}
