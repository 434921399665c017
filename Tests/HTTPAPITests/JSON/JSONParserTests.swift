import Testing

@testable import HTTPAPI

@Suite struct JSONParserTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", nil), (" \t\r\n true ", true), ("false", false), ("0", 0), ("-12", -12), ("[]", []), ("{}", [:]),
        ("[1,[2,[]]]", [1, [2, []]]),
        (#"{"b":1,"a":{"c":[null]}}"#, ["b": 1, "a": ["c": [nil]]]),
        (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#, .string("\"\\/\u{8}\u{C}\n\r\té😀é😀")),
        (#"{"":0}"#, ["": 0]),
        ("1.5e-3", .number(JSONNumber(grammatical: "1.5e-3"))),
        ("1E+2", .number(JSONNumber(grammatical: "1E+2"))),
        ("-0", .number(JSONNumber(grammatical: "-0"))),
    ]

    @Test(arguments: accepted) func accepts(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == value)
    }

    struct Rejection: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let pointer: String
        let offset: Int

        init(_ text: String, _ pointer: String = "", at offset: Int) {
            self.init(Array(text.utf8), pointer, at: offset)
        }

        init(_ bytes: [UInt8], _ pointer: String = "", at offset: Int) {
            self.bytes = bytes
            self.pointer = pointer
            self.offset = offset
        }

        var testDescription: String { String(String(decoding: bytes, as: UTF8.self).prefix(40)) }
    }

    static let rejected: [Rejection] = [
        .init("", at: 0), .init("  ", at: 2), .init("nul", at: 0), .init("True", at: 0), .init("NaN", at: 0),
        .init("Infinity", at: 0), .init("'a'", at: 0), .init("undefined", at: 0),
        // Trailing data.
        .init("{} {}", at: 3), .init("1 2", at: 2), .init("[]]", at: 2), .init("null\0", at: 4),
        // Structure.
        .init("[1,]", "/1", at: 3), .init("[,1]", "/0", at: 1), .init("[1 2]", at: 3), .init("[1", at: 2),
        .init("[", "/0", at: 1), .init("{", at: 1), .init("{1:2}", at: 1), .init(#"{"a"}"#, "/a", at: 4),
        .init(#"{"a":}"#, "/a", at: 5), .init(#"{"a":1,}"#, at: 7), .init(#"{"a":1 "b":2}"#, at: 7),
        .init(#"{a:1}"#, at: 1), .init("[1]//", at: 3), .init("[1/**/]", at: 2),
        // Duplicate names, also when one is escaped.
        .init(#"{"a":1,"a":2}"#, "/a", at: 7), .init(#"{"a":1,"\u0061":2}"#, "/a", at: 7),
        .init(#"{"x":[{"a/b~":1,"a/b~":2}]}"#, "/x/0/a~1b~0", at: 16),
        // Numbers.
        .init("01", at: 0), .init("-01", at: 1), .init("-", at: 1), .init("+1", at: 0), .init(".5", at: 0),
        .init("1.", at: 2), .init("1.e3", at: 2), .init("1e", at: 2), .init("1e+", at: 3), .init("0x10", at: 1),
        .init("1e999", at: 0), .init("-1e999", at: 0), .init(#"{"limit": 1e999}"#, "/limit", at: 10),
        .init(String(repeating: "1", count: 65), at: 0),
        // Strings.
        .init("\"abc", at: 0), .init("\"a\nb\"", at: 2), .init("\"a\u{0}b\"", at: 2), .init("\"\\u0000\"", at: 1),
        .init(#""\x""#, at: 1), .init(#""\u12""#, at: 5), .init(#""\ud800""#, at: 1), .init(#""\udc00""#, at: 1),
        .init(#""\ud800\u0041""#, at: 1), .init(#""\ud800\n""#, at: 1), .init("\"\\", at: 1),
        .init([0x22, 0xFF, 0x22], at: 0), .init([0x22, 0xC0, 0x80, 0x22], at: 0),
        .init([0x22, 0xED, 0xA0, 0x80, 0x22], at: 0), .init([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], at: 0),
        .init([0x22, 0xE2, 0x82, 0x22], at: 0), .init([0xEF, 0xBB, 0xBF, 0x31], at: 0),
        .init([0xFF, 0xFE, 0x31, 0], at: 0),
        .init(#"{"a":["x",{"b":"\ud800"}]}"#, "/a/1/b", at: 16),
    ]

    @Test(arguments: rejected) func rejects(case rejection: Rejection) {
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(rejection.bytes) }
        #expect(fault?.pointer == rejection.pointer)
        #expect(fault?.offset == rejection.offset)
        #expect(fault?.detail.isEmpty == false)
    }

    @Test func depthIsBounded() throws {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try JSONParser.parse(Array(deepest.utf8)) != nil)
        for opening in ["[", #"{"a":"#] {
            let fault = #expect(throws: JSONFault.self) {
                try JSONParser.parse(Array(String(repeating: opening, count: 33).utf8))
            }
            #expect(fault?.offset == 32 * opening.utf8.count)
        }
    }

    @Test func aMegabyteOfBracketsIsRefusedAtOnce() {
        let fault = #expect(throws: JSONFault.self) {
            try JSONParser.parse([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20))
        }
        #expect(fault?.offset == 32)
    }

    @Test func theNumberOfValuesIsBounded() throws {
        var limits = JSONParser.Limits()
        limits.values = 4
        #expect(try JSONParser.parse(Array("[1,2,3]".utf8), limits: limits) == [1, 2, 3])
        let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(Array("[1,2,3,4]".utf8), limits: limits) }
        #expect(fault?.pointer == "/3")
    }

    @Test func membersAreFoundByName() throws {
        let value = try JSONParser.parse(Array(#"{"a":1,"b":[true]}"#.utf8))
        #expect(value["b"] == [true])
        #expect(value["c"] == nil)
        #expect(JSONValue.array([])["a"] == nil)
    }
}
