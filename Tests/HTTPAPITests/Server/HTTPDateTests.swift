import FoundationEssentials
import Testing

@testable import HTTPAPI

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
    ])
    func isAsTheStandardHasIt(seconds: Int, text: String) {
        #expect(HTTPDate.text(of: Date(timeIntervalSince1970: Double(seconds))) == text)
    }
}
