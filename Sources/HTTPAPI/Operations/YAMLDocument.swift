import Yams

/// A YAML document as JSON, its keys in the order in which they were written.
struct YAMLDocument {
    let json: JSONValue

    /// Something that YAML has and JSON has not.
    struct NotJSON: Error {
        let detail: String
    }

    init(text: String) throws {
        guard let root = try Yams.compose(yaml: text) else { throw NotJSON(detail: "The document is empty.") }
        json = try Self.convert(root)
    }

    private static func convert(_ node: Node) throws -> JSONValue {
        switch node {
        case .mapping(let mapping):
            return .object(
                try mapping.map { key, value in
                    guard let name = key.scalar?.string else { throw NotJSON(detail: "A key is not a scalar.") }
                    return JSONValue.Member(name, try convert(value))
                })
        case .sequence(let sequence): return .array(try sequence.map(convert))
        case .scalar(let scalar): return try convert(scalar, of: node)
        case .alias: throw NotJSON(detail: "An alias is not resolved.")
        }
    }

    /// What a plain scalar means is the resolver's to say; a quoted one is always a string.
    private static func convert(_ scalar: Node.Scalar, of node: Node) throws -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        if node.null != nil { return .null }
        if let flag = node.bool { return .bool(flag) }
        if node.int != nil || node.float != nil {
            // JSON has no octal, no infinity and no underscores: only what its own grammar takes is a number here.
            guard case .number(let number)? = try? JSONParser.parse(Array(scalar.string.utf8)) else {
                return .string(scalar.string)
            }
            return .number(number)
        }
        return .string(scalar.string)
    }
}
