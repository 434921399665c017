import Connectivity
import Testing

@testable import GooglePSC

@Suite("Connection statuses")
struct ConnectionStatusTests {
    @Test(
        "Every word of Google's has its meaning, and a new one is unknown",
        arguments: [
            ("PENDING", Connection.Status.pending, false), ("ACCEPTED", .accepted, true),
            ("REJECTED", .rejected, false), ("CLOSED", .closed, false),
            ("NEEDS_ATTENTION", .needsAttention, false), ("STATUS_UNSPECIFIED", .unknown, false),
            ("QUARANTINED", .unknown, false), ("", .unknown, false), ("accepted", .unknown, false),
        ])
    func mapsStatus(native: String, status: Connection.Status, isServing: Bool) throws {
        let url = "https://www.googleapis.com/compute/v1/projects/p/regions/r/forwardingRules/f"
        let producer = try #require(
            Connection(.init(endpoint: url, status: native, consumerNetwork: "projects/p/global/networks/n")))
        #expect(producer.status == status)
        #expect(producer.nativeStatus == native)
        #expect(producer.isServing == isServing)
        #expect(producer.nativeID == "projects/p/regions/r/forwardingRules/f")
        #expect(producer.accountNativeID == "p")
        let path = try #require(ResourcePath(url))
        let consumer = try #require(
            Connection(ForwardingRule(name: "f", pscConnectionStatus: native), at: path))
        #expect(consumer.status == status)
        #expect(consumer.nativeStatus == native)
    }

    @Test("Every status of ours comes from one of Google's")
    func coversOurs() {
        let google = ["PENDING", "ACCEPTED", "REJECTED", "CLOSED", "NEEDS_ATTENTION", "STATUS_UNSPECIFIED"]
        #expect(Set(google.map { Connection.Status(google: $0) }) == Set(Connection.Status.allCases))
        #expect(Connection.Status(google: nil) == .unknown)
    }

    @Test("A rule that has no status yet is no connection")
    func saysNothingYet() throws {
        let path = try #require(ResourcePath("projects/p/regions/r/forwardingRules/f"))
        #expect(Connection(ForwardingRule(name: "f"), at: path) == nil)
        #expect(Connection(.init(endpoint: "nonsense", status: "ACCEPTED")) == nil)
    }
}
