/// RFC 8259 to the letter, and stricter where the letter leaves room: no name twice, no lone surrogates, no NUL, no
/// number that a double cannot hold, bounded depth and size. Time is linear in the text's length.
struct JSONParser {
    struct Limits: Sendable {
        /// Arrays and objects within each other.
        var depth = 32
        /// Values in the whole text: they take much more memory than the text does.
        var values = 20_000
        /// Bytes of one number.
        var numberLength = 64
    }

    let bytes: [UInt8]
    let limits: Limits
    var position = 0
    private var depth = 0
    private var values = 0

    private init(_ bytes: [UInt8], limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// - Throws: the first fault.
    static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes, limits: limits)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONFault(at: 0, "A byte order mark is not allowed.") }
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else {
            throw JSONFault(at: parser.position, "There is more after the end of the JSON value.")
        }
        return value
    }

    /// The next byte; nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        values += 1
        guard values <= limits.values else {
            throw JSONFault(at: position, "There are more than \(limits.values) values.")
        }
        switch next {
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONFault) in try parser.members() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONFault) in try parser.elements() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"): return .number(try number())
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw JSONFault(at: position, "The text ends where a value should be.")
        default: throw JSONFault(at: position, "A value must begin here.")
        }
    }

    private mutating func nested<Content>(
        _ content: (inout Self) throws(JSONFault) -> Content
    ) throws(JSONFault) -> Content {
        guard depth < limits.depth else {
            throw JSONFault(at: position, "Values are nested deeper than \(limits.depth).")
        }
        depth += 1
        position += 1
        let result = try content(&self)
        depth -= 1
        return result
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        let isThere = word.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard isThere else { throw JSONFault(at: position, "A value must begin here.") }
        position = end
        return value
    }

    private mutating func elements() throws(JSONFault) -> [JSONValue] {
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            skipSpace()
            do { elements.append(try value()) } catch { throw error.inElement(elements.count) }
            skipSpace()
            if try !separator(orEnd: UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func members() throws(JSONFault) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return members
        }
        while true {
            skipSpace()
            let start = position
            guard next == UInt8(ascii: "\"") else {
                throw JSONFault(at: start, "The name of a member must begin here.")
            }
            let name = try string()
            guard names.insert(name).inserted else {
                throw JSONFault(at: start, "The object has this member twice.").inMember(name)
            }
            skipSpace()
            guard next == UInt8(ascii: ":") else {
                throw JSONFault(at: position, "A colon must follow the name.").inMember(name)
            }
            position += 1
            skipSpace()
            do { members.append(.init(name, try value())) } catch { throw error.inMember(name) }
            skipSpace()
            if try !separator(orEnd: UInt8(ascii: "}")) { return members }
        }
    }

    /// Whether a comma says that more follows.
    private mutating func separator(orEnd end: UInt8) throws(JSONFault) -> Bool {
        guard let byte = next, byte == UInt8(ascii: ",") || byte == end else {
            throw JSONFault(at: position, "A comma or the end of the list must be here.")
        }
        position += 1
        return byte != end
    }
}
