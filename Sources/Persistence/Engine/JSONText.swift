/// JSON of the shapes that columns hold: lists of text, and objects whose members are text, numbers or truth values.
/// Written and read by hand, since these columns are on the path of every filing and of every entry of a list.
struct JSONText {
    private(set) var text = ""

    mutating func begin(_ bracket: Character) { text.append(bracket) }
    mutating func end(_ bracket: Character) { text.append(bracket) }

    mutating func separate() {
        if let last = text.utf8.last, last != UInt8(ascii: "["), last != UInt8(ascii: "{") { text.append(",") }
    }

    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        separate()
        append(name)
        text.append(":")
        append(value)
    }

    /// A number or a truth value.
    mutating func member(_ name: String, literal: some CustomStringConvertible) {
        separate()
        append(name)
        text.append(":")
        text.append(literal.description)
    }

    mutating func append(_ string: String) {
        text.append("\"")
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text.append(string)
        } else {
            for scalar in string.unicodeScalars { append(escaping: scalar) }
        }
        text.append("\"")
    }

    private mutating func append(escaping scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": text.append("\\\"")
        case "\\": text.append("\\\\")
        case "\n": text.append("\\n")
        case "\r": text.append("\\r")
        case "\t": text.append("\\t")
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            text.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: text.unicodeScalars.append(scalar)
        }
    }
}

/// Reads what `JSONText` writes, and the same as another program may write it. nil means that it is something else.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func strings() -> [String]? { list { $0.string() } }

    mutating func objects() -> [[String: String]]? { list { $0.members() } }

    mutating func object() -> [String: String]? {
        guard let members = members(), isAtEnd() else { return nil }
        return members
    }

    private mutating func list<Element>(_ element: (inout Self) -> Element?) -> [Element]? {
        guard skip("[") else { return nil }
        var elements: [Element] = []
        if skip("]") { return isAtEnd() ? elements : nil }
        repeat {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        } while skip(",")
        return skip("]") && isAtEnd() ? elements : nil
    }

    private mutating func members() -> [String: String]? {
        guard skip("{") else { return nil }
        var members: [String: String] = [:]
        if skip("}") { return members }
        repeat {
            guard let name = string(), skip(":") else { return nil }
            if let value = string() ?? literal() { members[name] = value } else { return nil }
        } while skip(",")
        return skip("}") ? members : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    private mutating func literal() -> String? {
        skipSpace()
        let start = position
        while position < bytes.count, !Array(",}] \n\r\t\"{[:".utf8).contains(bytes[position]) { position += 1 }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() -> String? {
        guard skip("\"") else { return nil }
        let start = position
        var hasEscapes = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            let isEscape = bytes[position] == UInt8(ascii: "\\")
            hasEscapes = hasEscapes || isEscape
            position += isEscape ? 2 : 1
        }
        guard position < bytes.count else { return nil }
        let content = bytes[start..<position]
        position += 1
        return hasEscapes ? Self.unescape(content) : String(decoding: content, as: UTF8.self)
    }

    private static func unescape(_ content: ArraySlice<UInt8>) -> String? {
        var units: [UInt16] = []
        var position = content.startIndex
        var plain = position
        func take(upTo end: Int) {
            units.append(contentsOf: String(decoding: content[plain..<end], as: UTF8.self).utf16)
        }
        while position < content.endIndex {
            guard content[position] == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            take(upTo: position)
            let escape = content[position + 1]
            position += 2
            switch escape {
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "u"):
                guard position + 4 <= content.endIndex,
                    let unit = UInt16(String(decoding: content[position..<position + 4], as: UTF8.self), radix: 16)
                else { return nil }
                units.append(unit)
                position += 4
            default: units.append(UInt16(escape))
            }
            plain = position
        }
        take(upTo: position)
        return String(decoding: units, as: UTF16.self)
    }
}
