import Testing

@testable import HTTPAPI

@Suite struct JSONNumberTests {
    @Test(arguments: [
        ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("3.0", 3), ("3.000", 3), ("3e0", 3), ("3E2", 300), ("1.5e1", 15),
        ("120e-1", 12), ("1.20e1", 12), ("0.0e99", 0), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min),
    ])
    func isWhole(text: String, value: Int) { #expect(JSONNumber(grammatical: text).integer == value) }

    @Test(arguments: [
        "1.5", "0.1", "15e-1", "9223372036854775808", "1e19", "1e300", "1e-300", "-1.25", "1.5e-9223372036854775808",
        "1.5e9223372036854775807", "1e-9223372036854775808",
        "1e99999999999999999999",
    ])
    func isNotWholeOrDoesNotFit(text: String) { #expect(JSONNumber(grammatical: text).integer == nil) }

    @Test func keepsItsText() throws {
        let text = #"[0.1000,1E5,-0]"#
        #expect(try JSONParser.parse(Array(text.utf8)).text == Array(text.utf8))
        #expect(JSONNumber(grammatical: "0.1000").double == 0.1)
    }
}
