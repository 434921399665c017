import Connectivity
import Testing

@testable import HTTPAPI

struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func membersAreWrittenInOrder() {
        let text = written { json in
            json.object { json in
                json.member("z", 1)
                json.member("a", String?.none)
                json.member("list", ["x", "y"])
                json.member("empty", [Int]())
                json.member("nested") { json in json.object { $0.member("yes", true) } }
                json.member("rows") { json in
                    json.array { json in
                        for row in 0..<2 { json.object { $0.member("row", row) } }
                        json.null()
                    }
                }
                json.member("last", false)
            }
        }
        #expect(
            text
                == #"{"z":1,"a":null,"list":["x","y"],"empty":[],"nested":{"yes":true},"#
                + #""rows":[{"row":0},{"row":1},null],"last":false}"#)
    }

    @Test func everyStringComesBack() throws {
        var strings = ["", "plain", "\"quoted\" \\ slash/", "line\nend\r\ttab", "ü 🛰️ \u{2028}", "\u{7F}\u{80}"]
        strings += (0..<0x20).map { "a" + String(UnicodeScalar(UInt8($0))) + "b" }
        // The parser takes no NUL, and no name of ours can have one.
        for string in strings where !string.contains("\0") {
            #expect(try JSONParser.parse(JSONWriter.bytes(of: string)) == .string(string))
        }
        #expect(written { $0.value("\0\u{1F}") } == #""\u0000\u001f""#)
    }

    @Test func base64URLComesBack() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
            let text = Base64URL.encode(bytes)
            #expect(
                text.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") })
            #expect(Base64URL.decode(text) == bytes)
        }
        for bad in ["A", "AB=", "A+", "A/", "AB", "Ä", "AA A"] { #expect(Base64URL.decode(bad) == nil, "\(bad)") }
    }
}
