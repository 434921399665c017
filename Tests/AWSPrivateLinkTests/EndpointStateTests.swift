import Connectivity
import Testing

@testable import AWSPrivateLink

/// Every state of EC2's model, and words that are in none, in ours.
@Suite struct EndpointStateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let word: String
        let status: Connection.Status?
        let isServing: Bool
        let isUp: Bool
        let condition: NativeEndpoint.Condition?

        init(
            _ word: String, _ status: Connection.Status?, serving: Bool = false, up: Bool,
            _ condition: NativeEndpoint.Condition?
        ) {
            self.word = word
            self.status = status
            isServing = serving
            isUp = up
            self.condition = condition
        }

        var testDescription: String { word }
    }

    static let table = [
        Row("PendingAcceptance", .pending, up: true, .usable),
        Row("Pending", .accepted, up: true, .usable),
        Row("Available", .accepted, serving: true, up: true, .usable),
        Row("Partial", .needsAttention, up: true, .usable),
        Row("Rejected", .rejected, up: false, .usable),
        Row(
            "Expired", .closed, up: false,
            .failed(reason: "EC2 let the endpoint expire: it was not accepted in time. Why.")),
        Row("Failed", .closed, up: false, .failed(reason: "Why.")),
        Row("Deleting", nil, up: false, .deleting),
        Row("Deleted", nil, up: false, nil),
        Row("Quarantined", .unknown, up: true, .usable),
        Row("", .unknown, up: true, .usable),
    ]

    /// The model writes `PendingAcceptance`, the examples `pendingAcceptance`.
    @Test(arguments: table) func meansTheSameInAnyCase(_ row: Row) {
        for word in [row.word, row.word.prefix(1).lowercased() + row.word.dropFirst(), row.word.uppercased()] {
            let state = EndpointState(word)
            #expect(state.status == row.status)
            #expect(state.isServing == row.isServing)
            #expect(state.isUp == row.isUp)
            #expect(state.condition(reason: "Why.") == row.condition)
        }
    }

    @Test(arguments: [
        ("Pending", ServiceObservation.Condition.changing), ("Available", .usable), ("Deleting", .changing),
        ("available", .usable), ("Failed", .failed(reason: "EC2 shows the endpoint service as failed.")),
        ("Frozen", .failed(reason: "EC2 shows a state that this version of Postern does not know: Frozen.")),
    ]) func serviceStates(_ word: String, _ condition: ServiceObservation.Condition) {
        #expect(ServiceState(word).condition == condition)
    }

    @Test func aDeletedServiceIsNone() { #expect(ServiceState("Deleted").condition == nil) }
}
