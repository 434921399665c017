import Connectivity

/// A small value that is kept as a JSON object of plain members.
protocol JSONObject {
    func write(to json: inout JSONText)
    init?(members: [String: String])
}

/// An element of a list that is kept as JSON.
protocol JSONElement {
    static func write(_ elements: [Self], to json: inout JSONText)
    static func read(_ scanner: inout JSONScanner) -> [Self]?
}

extension Array: SQLValue where Element: JSONElement {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        guard !isEmpty else { return "[]".bind(to: statement, at: index) }
        var json = JSONText()
        json.begin("[")
        Element.write(self, to: &json)
        json.end("]")
        return json.text.bind(to: statement, at: index)
    }
}

extension Array: SQLColumn where Element: JSONElement {
    static func read(_ statement: OpaquePointer, at index: Int32) -> [Element]? {
        guard let text = String.read(statement, at: index) else { return nil }
        if text == "[]" { return [] }
        var scanner = JSONScanner(text)
        return Element.read(&scanner)
    }
}

extension Dictionary: SQLValue where Key == String, Value == String {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        json.bind(to: statement, at: index)
    }

    /// The one way in which it is written.
    var json: String {
        guard !isEmpty else { return "{}" }
        var json = JSONText()
        json.begin("{")
        for (name, value) in sorted(by: { $0.key < $1.key }) { json.member(name, value) }
        json.end("}")
        return json.text
    }
}

extension Dictionary: SQLColumn where Key == String, Value == String {
    static func read(_ statement: OpaquePointer, at index: Int32) -> [String: String]? {
        guard let text = String.read(statement, at: index) else { return nil }
        if text == "{}" { return [:] }
        var scanner = JSONScanner(text)
        return scanner.object()
    }
}

extension String: JSONElement {
    static func write(_ elements: [String], to json: inout JSONText) {
        for element in elements {
            json.separate()
            json.append(element)
        }
    }

    static func read(_ scanner: inout JSONScanner) -> [String]? { scanner.strings() }
}

extension JSONElement where Self: JSONObject {
    static func write(_ elements: [Self], to json: inout JSONText) {
        for element in elements {
            json.separate()
            json.begin("{")
            element.write(to: &json)
            json.end("}")
        }
    }

    static func read(_ scanner: inout JSONScanner) -> [Self]? {
        guard let objects = scanner.objects() else { return nil }
        let elements = objects.compactMap(Self.init(members:))
        return elements.count == objects.count ? elements : nil
    }
}

/// Text of a kind that cannot be wrong.
protocol JSONWord: JSONElement {
    var text: String { get }
    init?(text: String)
}

extension JSONWord {
    static func write(_ elements: [Self], to json: inout JSONText) { String.write(elements.map(\.text), to: &json) }

    static func read(_ scanner: inout JSONScanner) -> [Self]? {
        guard let texts = scanner.strings() else { return nil }
        let elements = texts.compactMap(Self.init(text:))
        return elements.count == texts.count ? elements : nil
    }
}

extension ID: JSONElement, JSONWord {
    init?(text: String) { self.init(text) }
}

extension CIDR: JSONElement, JSONWord {
    var text: String { description }
    init?(text: String) { self.init(text) }
}

extension AccessToken.Role: JSONElement, JSONWord {
    var text: String { rawValue }
    init?(text: String) { self.init(rawValue: text) }
}

extension CloudAction: JSONElement, JSONWord {
    var text: String { rawValue }
    init?(text: String) { self.init(rawValue: text) }
}

extension Finding: JSONElement, JSONObject {
    func write(to json: inout JSONText) {
        json.member("code", code.rawValue)
        json.member("severity", severity.rawValue)
        json.member("message", message)
    }

    init?(members: [String: String]) {
        guard let code = members["code"].flatMap(Code.init(rawValue:)),
            let severity = members["severity"].flatMap(Severity.init(rawValue:)), let message = members["message"]
        else { return nil }
        self.init(code: code, severity: severity, message: message)
    }
}

extension Subnet: JSONElement, JSONObject {
    func write(to json: inout JSONText) {
        json.member("name", name)
        json.member("native_id", nativeID)
        json.member("region", region)
        json.member("zone", zone)
        json.member("range", range.description)
    }

    init?(members: [String: String]) {
        guard let name = members["name"], let nativeID = members["native_id"], let region = members["region"],
            let range = members["range"].flatMap({ CIDR($0) })
        else { return nil }
        self.init(name: name, nativeID: nativeID, region: region, zone: members["zone"], range: range)
    }
}

extension Fault: JSONObject, SQLValue, SQLColumn {
    func write(to json: inout JSONText) {
        json.member("code", code)
        json.member("side", side.rawValue)
        json.member("message", message)
        json.member("remedy", remedy)
        json.member("retryable", literal: isRetryable)
        json.member("cloud_code", cloudCode)
        json.member("cloud_request_id", cloudRequestID)
        json.member("at", literal: at.milliseconds)
    }

    init?(members: [String: String]) {
        guard let code = members["code"], let side = members["side"].flatMap(Side.init(rawValue:)),
            let message = members["message"], let remedy = members["remedy"],
            let at = members["at"].flatMap({ Int64($0) })
        else { return nil }
        self.init(
            code: code, side: side, message: message, remedy: remedy, isRetryable: members["retryable"] == "true",
            cloudCode: members["cloud_code"], cloudRequestID: members["cloud_request_id"],
            at: Timestamp(milliseconds: at))
    }

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var json = JSONText()
        json.begin("{")
        write(to: &json)
        json.end("}")
        return json.text.bind(to: statement, at: index)
    }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Fault? {
        guard let text = String.read(statement, at: index) else { return nil }
        var scanner = JSONScanner(text)
        return scanner.object().flatMap(Fault.init(members:))
    }
}
