import Connectivity
import ControlPlane
import FoundationEssentials
import HTTPTypes
import Testing

@testable import HTTPAPI

struct BodyTests {
    private func send(_ bytes: String, _ type: String?, to path: String = "/v1/teams") async throws -> Answer {
        let world = try await APIWorld()
        let secret = try #require(world.secret(of: .admin))
        var headers: HTTPFields = [.authorization: "Bearer \(secret)"]
        headers[.contentType] = type
        return await world.send(.post, path, headers: headers, bytes: Array(bytes.utf8))
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8",
        "application/json; charset=\"utf-8\"", "application/json;",
    ])
    func jsonIsTaken(type: String) async throws {
        #expect(try await send(#"{"name": "one"}"#, type).status == 201)
    }

    @Test(arguments: [
        nil, "text/plain", "application/json; charset=latin1", "application/merge-patch+json", "",
        "application/x-www-form-urlencoded", "application/json; profile=x",
    ])
    func whatIsNotJSONIsRefused(type: String?) async throws {
        let answer = try await send(#"{"name": "one"}"#, type)
        #expect(answer.status == 415)
        #expect(answer.faults == ["Content-Type"])
    }

    @Test(arguments: ["", "[]", "null", "\"x\"", "{", "{\"name\": \"a\", \"name\": \"b\"}", "{} x"])
    func aBodyIsAnObject(bytes: String) async throws {
        let answer = try await send(bytes, "application/json")
        #expect(answer.status == 400)
        #expect(answer.code == "invalid_body")
        #expect(answer.faults.count == 1)
    }

    @Test func thousandsOfFaultsAreToldInPart() async throws {
        let body = "{" + (0..<5000).map { "\"f\($0)\": 1" }.joined(separator: ",") + "}"
        #expect(try await send(body, "application/json").faults.count == BodyFaults.most)
    }

    private func accepts<Value>(_ format: BodyFormat<Value>, _ value: JSONValue) -> Bool {
        let faults = BodyFaults()
        let parsed = format.read(value, "", faults)
        #expect((parsed == nil) == !faults.list.isEmpty, "\(value)")
        return parsed != nil
    }

    @Test func textHasBounds() {
        let longest = String(repeating: "ü", count: 2000)
        #expect(accepts(.text, .string(longest)))
        #expect(!accepts(.text, .string(longest + "x")))
        #expect(accepts(.text, "two\nlines\tand a tab"))
        for bad in ["", "\u{7F}", "bell\u{7}", "form\u{C}"] { #expect(!accepts(.text, .string(bad)), "\(bad)") }
        // One code point more than it seems: an accent of its own.
        #expect(accepts(.line, .string(String(repeating: "e\u{301}", count: 100))))
        #expect(!accepts(.line, .string(String(repeating: "e\u{301}", count: 101))))
        #expect(!accepts(.line, "two\nlines"))
        #expect(accepts(.reason, "x y"))
        for bad in [" x", "\nx", ""] { #expect(!accepts(.reason, .string(bad)), "\(bad)") }
    }

    @Test func wordsOfCloudsHaveShapes() {
        for good in ["eu-west-1", "europe-west1", "euw1-az1", "abc"] { #expect(accepts(.region, .string(good))) }
        for bad in ["eu", "EU-west-1", "1eu", "eu-", "eu west", String(repeating: "a", count: 43), "-eu"] {
            #expect(!accepts(.region, .string(bad)), "\(bad)")
        }
        #expect(accepts(.nativeID, .string(String(repeating: "a", count: 1000))))
        for bad in ["", "a b", "ü", String(repeating: "a", count: 1001)] {
            #expect(!accepts(.nativeID, .string(bad)), "\(bad)")
        }
        for good in ["https://x", "http://orders.example/docs?a=b"] { #expect(accepts(.url, .string(good))) }
        for bad in ["https://", "ftp://x.example", "https://a b", "javascript:x"] {
            #expect(!accepts(.url, .string(bad)), "\(bad)")
        }
        for good in ["orders.example.com", "a.b.", "x1.example"] { #expect(accepts(.domainName, .string(good))) }
        for bad in ["orders", ".a.b", "a..b", "-a.b", "a-.b", "A.b", "a.b..", ""] {
            #expect(!accepts(.domainName, .string(bad)), "\(bad)")
        }
        for good in ["sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718"] { #expect(accepts(.securityGroup, .string(good))) }
        for bad in ["sg-", "sg-0a1b2c3", "sg-0A1B2C3D", "xx-0a1b2c3d", "sg-0a1b2c3d4e5f607189"] {
            #expect(!accepts(.securityGroup, .string(bad)), "\(bad)")
        }
        for good in ["ab", "A1+=,.@:/_-"] { #expect(accepts(.externalID, .string(good))) }
        for bad in ["a", "a b", "a!", ""] { #expect(!accepts(.externalID, .string(bad)), "\(bad)") }
    }

    @Test func numbersAreWholeAndInRange() {
        for good in ["1", "5", "3.0", "30e-1"] {
            #expect(accepts(.integer(1...5), .number(JSONNumber(grammatical: good))), "\(good)")
        }
        for bad in ["0", "6", "-1", "1.5", "1e400", "99999999999999999999"] {
            #expect(!accepts(.integer(1...5), .number(JSONNumber(grammatical: bad))), "\(bad)")
        }
        #expect(!accepts(.integer(1...5), "3"))
        #expect(!accepts(.integer(1...5), true))
        #expect(!accepts(.boolean, 1))
    }

    @Test(arguments: [
        ("2027-02-01T00:00:00Z", "2027-02-01T00:00:00.000Z"),
        ("2027-02-01T00:00:00.999999999Z", "2027-02-01T00:00:00.999Z"),
        ("2027-02-01T00:00:00.5+02:00", "2027-01-31T22:00:00.500Z"),
        ("2027-02-01T00:00:00.05-00:00", "2027-02-01T00:00:00.050Z"),
        ("2028-02-29T23:59:59-11:30", "2028-03-01T11:29:59.000Z"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"),
        ("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"),
    ])
    func timesAreRead(text: String, shown: String) {
        #expect(BodyFormat<Timestamp>.time.read(.string(text), "", BodyFaults())?.description == shown)
    }

    @Test(arguments: [
        "2027-02-01", "2027-02-01T00:00:00", "2027-13-01T00:00:00Z", "2027-02-01 00:00:00Z", "tomorrow", "",
        "1969-12-31T23:59:59Z", "20270201T000000Z", "2027-02-30T00:00:00Z", "2100-02-29T00:00:00Z",
        "2027-00-01T00:00:00Z", "2027-02-00T00:00:00Z", "2027-02-01T24:00:00Z", "2027-02-01T00:60:00Z",
        "2027-02-01T00:00:60Z", "2027-02-01T00:00:00z", "2027-02-01t00:00:00Z", "2027-02-01T00:00:00+0200",
        "2027-02-01T00:00:00+02", "2027-02-01T00:00:00+24:00", "2027-02-01T00:00:00+02:60",
        "2027-02-01T00:00:00Zjunk", "2027-02-01T00:00:00GMT", "2027-02-01T00:00:00.Z", "2027-02-01T00:00:00,5Z",
        "2027-02-01T00:00:00.1234567890Z", "+027-02-01T00:00:00Z", "9999-12-31T23:59:59-00:01",
        "２027-02-01T00:00:00Z",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(!accepts(.time, .string(text)))
    }

    /// Against the platform's own calendar, over all the years that there are.
    @Test func timesAreShownAsTheCalendarHasThem() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var instants: [Int64] = [0, 1, 999, 951_782_399_999, 951_782_400_000, 1_709_164_800_000, 253_402_300_799_999]
        var state: UInt64 = 42
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            instants.append(Int64(state >> 17) % 253_402_300_800_000)
        }
        for milliseconds in instants {
            let instant = Timestamp(milliseconds: milliseconds)
            let date = Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000)
            #expect(instant.description == date.formatted(style))
            #expect(Timestamp(instant.description) == instant)
        }
    }

    @Test func aChangeTellsAbsentFromNull() {
        func change(_ members: [JSONValue.Member]) -> String {
            let faults = BodyFaults()
            var fields = BodyFields(members, at: "", faults: faults)
            return switch fields.change("a", .line) {
            case .keep: faults.list.isEmpty ? "keep" : "fault"
            case .set(nil): "remove"
            case .set(let text?): text
            }
        }
        #expect(change([]) == "keep")
        #expect(change([.init("a", nil)]) == "remove")
        #expect(change([.init("a", "x")]) == "x")
        #expect(change([.init("a", 7)]) == "fault")
    }

    @Test func arraysHaveBounds() {
        #expect(accepts(.array(of: .line, 0...2), []))
        #expect(accepts(.array(of: .line, 0...2), ["a", "a"]))
        #expect(!accepts(.array(of: .line, 0...2), ["a", "b", "c"]))
        #expect(!accepts(.array(of: .line, 0...2), "a"))
        #expect(!accepts(.array(of: .line, 0...2), ["a", nil]))
    }
}
