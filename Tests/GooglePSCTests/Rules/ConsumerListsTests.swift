import Connectivity
import Foundation
import Testing

@testable import GooglePSC

@Suite("Accept and reject lists")
struct ConsumerListsTests {
    private let payments = Consumer(
        projectID: "payments", projectNumber: "42", network: "projects/payments/global/networks/main",
        endpointWithID: "projects/payments/regions/r/forwardingRules/7")

    private func lists(
        _ accepted: [AcceptEntry], rejected: [String] = [], isAutomatic: Bool = false, reconciles: Bool = true
    ) -> ConsumerLists {
        ConsumerLists(
            isAutomatic: isAutomatic, reconciles: reconciles, accepted: accepted,
            rejected: rejected.map { ConsumerName(rejected: $0) })
    }

    @Test("Only our entry changes; the others keep their place and every field, known or not")
    func keepsOthers() throws {
        let written = """
            [{"projectIdOrNum": "a", "connectionLimit": 3, "note": {"by": "hand", "since": [2024, 1.5, true, null]}},
             {"projectIdOrNum": "payments", "connectionLimit": 1, "colour": "red"},
             {"folderId": "folders/9", "connectionLimit": 2}]
            """
        let before = try JSONDecoder().decode([AcceptEntry].self, from: Data(written.utf8))
        let after = try #require(lists(before).admitting(payments, limit: 4))
        #expect(after.count == 3)
        #expect(after[0] == before[0])
        #expect(after[2] == before[2])
        let encoded = try JSONDecoder().decode([JSONValue].self, from: JSONEncoder().encode(after))
        #expect(
            encoded[1]
                == .object([
                    "projectIdOrNum": .string("payments"), "connectionLimit": .integer(4), "colour": .string("red"),
                ]))
        let left = try #require(lists(after).expelling(payments, remaining: 0))
        #expect(left == [before[0], before[2]])
    }

    @Test("A consumer is known by its project's id or number, or by its network")
    func knowsItsNames() {
        for (name, isKnown) in [
            (ConsumerName.project("payments"), true), (.project("projects/payments"), true), (.project("42"), true),
            (.project("payments-2"), false),
            (.network("https://www.googleapis.com/compute/v1/projects/payments/global/networks/main"), true),
            (.network("projects/payments/global/networks/other"), false),
            (.endpoint("https://www.googleapis.com/compute/v1/projects/payments/regions/r/forwardingRules/7"), true),
            (.endpoint("projects/payments/regions/r/forwardingRules/70"), false),
        ] {
            #expect((lists([AcceptEntry(name, limit: 1)]).entry(of: payments) != nil) == isKnown, "\(name)")
        }
    }

    @Test(
        "What is added is of the list's kind",
        arguments: [
            ([ConsumerName.project("a")], [String](), ConsumerName.project("payments")),
            ([.network("projects/a/global/networks/n")], [], .network("projects/payments/global/networks/main")),
            ([], ["projects/a/global/networks/n"], .network("projects/payments/global/networks/main")),
            ([], ["a"], .project("payments")), ([], [], .project("payments")),
            (
                [.endpoint("projects/a/regions/r/forwardingRules/1")], [],
                .endpoint("projects/payments/regions/r/forwardingRules/7")
            ),
        ])
    func addsTheListsKind(accepted: [ConsumerName], rejected: [String], added: ConsumerName) throws {
        let list = lists(accepted.map { AcceptEntry($0, limit: 1) }, rejected: rejected)
        let after = try #require(list.admitting(payments, limit: 1))
        #expect(after.last?.name == added)
        #expect(after.count == accepted.count + 1)
    }

    @Test("A limit is never lowered by letting in, and never raised by taking back")
    func limitsMoveOneWay() {
        let five = lists([AcceptEntry(.project("payments"), limit: 5)])
        #expect(five.admitting(payments, limit: 5) == nil)
        #expect(five.admitting(payments, limit: 2) == nil)
        #expect(five.admitting(payments, limit: 6)?.first?.limit == 6)
        #expect(five.expelling(payments, remaining: 5) == nil)
        #expect(five.expelling(payments, remaining: 9) == nil)
        #expect(five.expelling(payments, remaining: 2)?.first?.limit == 2)
        #expect(five.expelling(payments, remaining: 0) == [])
        #expect(lists([]).expelling(payments, remaining: 0) == nil)
    }

    @Test("Under ACCEPT_AUTOMATIC there is nothing to write, and nothing to wait for at the end")
    func automaticHasNoLists() {
        let open = lists([], isAutomatic: true)
        #expect(open.admitting(payments, limit: 1) == nil)
        #expect(open.admission(of: payments, isWanted: true) == .admitted(limit: nil))
        #expect(open.admission(of: payments, isWanted: false) == .absent)
        #expect(open.warnings.map(\.code) == [.automaticAcceptance])
    }

    @Test("A single endpoint is let in once it is there, and can be cut alone where edits bite")
    func singleEndpoints() throws {
        let other = AcceptEntry(.endpoint("projects/a/regions/r/forwardingRules/1"), limit: 1)
        let list = lists([other])
        #expect(list.admission(of: payments, isWanted: true) == .admitted(limit: nil))
        #expect(list.admission(of: payments, isWanted: false) == .absent)
        #expect(list.grain == .perConnection)
        #expect(lists([other], reconciles: false).grain == .perAccount)
        let unborn = Consumer(projectID: "payments", projectNumber: nil, network: nil, endpointWithID: nil)
        #expect(list.admitting(unborn, limit: 1) == nil)
        let after = try #require(list.admitting(payments, limit: 3))
        #expect(after.last?.limit == 1)
        #expect(lists(after).expelling(payments, remaining: 2) == [other])
    }

    @Test(
        "Reject beats accept, by any of the consumer's names",
        arguments: [
            "payments", "42", "projects/payments/global/networks/main",
        ])
    func rejectWins(name: String) {
        let list = lists([AcceptEntry(.project("payments"), limit: 1)], rejected: [name])
        #expect(list.admission(of: payments, isWanted: true) == .refused)
        #expect(list.admission(of: payments, isWanted: false) == .admitted(limit: 1))
        #expect(lists([], rejected: [name]).admission(of: payments, isWanted: false) == .refused)
    }

    @Test("The project's number is asked for only where a list has numbers")
    func asksForNumbersSeldom() {
        #expect(lists([AcceptEntry(.project("123"), limit: 1)]).namesNumbers)
        #expect(lists([], rejected: ["123"]).namesNumbers)
        #expect(!lists([AcceptEntry(.project("p123"), limit: 1)], rejected: ["q"]).namesNumbers)
        #expect(!lists([]).namesNumbers)
    }

    @Test("The owners are told what their settings mean")
    func warns() {
        #expect(lists([]).warnings.map(\.code) == [.coarseRevocation])
        #expect(lists([], reconciles: false).warnings.map(\.code) == [.reconcileOff, .coarseRevocation])
        let endpoint = AcceptEntry(.endpoint("projects/a/regions/r/forwardingRules/1"), limit: 1)
        #expect(lists([endpoint]).warnings.isEmpty)
    }
}
