/// What has a place in a JSON reply.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// Writes JSON text straight into bytes, members in the order of the calls: replies are lists of fifty things, and a
/// general encoder would build each of them twice.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reserving capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// The text of one value.
    static func bytes(of value: some JSONWritable) -> [UInt8] {
        var json = JSONWriter()
        json.value(value)
        return json.bytes
    }

    mutating func value(_ value: some JSONWritable) {
        separate()
        needsComma = false
        value.write(to: &self)
        needsComma = true
    }

    mutating func null() {
        separate()
        literal("null")
        needsComma = true
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        nest(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    mutating func array(_ elements: (inout JSONWriter) -> Void) {
        nest(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    private mutating func nest(_ open: UInt8, _ close: UInt8, _ content: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        content(&self)
        bytes.append(close)
        needsComma = true
    }

    // MARK: Members of an object

    /// - Parameter value: nil is written as null: an absent value is told, never left out.
    mutating func member(_ name: String, _ value: (some JSONWritable)?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    mutating func member<Value: RawRepresentable>(_ name: String, _ value: Value?) where Value.RawValue == String {
        member(name, value?.rawValue)
    }

    mutating func member<Value: JSONWritable>(_ name: String, _ values: some Sequence<Value>) {
        member(name) { json in
            json.array { json in
                for value in values { json.value(value) }
            }
        }
    }

    mutating func member<Value: RawRepresentable>(_ name: String, _ values: some Sequence<Value>)
    where Value.RawValue == String {
        member(name, values.map(\.rawValue))
    }

    mutating func member(_ name: String, _ content: (inout JSONWriter) -> Void) {
        key(name)
        content(&self)
    }

    private mutating func key(_ name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Text

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    fileprivate mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    fileprivate mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    fileprivate mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var copied = utf8.startIndex
            for (index, byte) in utf8.enumerated() where Self.needsEscape(byte) {
                bytes.append(contentsOf: utf8[copied..<index])
                escape(byte)
                copied = index + 1
            }
            bytes.append(contentsOf: utf8[copied...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 15] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        default: bytes.append(byte)
        }
    }
}

extension String: JSONWritable {
    func write(to json: inout JSONWriter) { json.string(self) }
}

extension Int: JSONWritable {
    func write(to json: inout JSONWriter) { json.number(self) }
}

extension Bool: JSONWritable {
    func write(to json: inout JSONWriter) {
        if self { json.literal("true") } else { json.literal("false") }
    }
}
