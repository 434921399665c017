import Connectivity
import Testing

/// The whole table: every state with every event.
struct RequestTransitionTests {
    private static let allowed: [EndpointRequest.Event: EndpointRequest.State] = [
        .approve: .approved, .reject: .rejected, .withdraw: .withdrawn, .expire: .expired,
    ]

    @Test(arguments: EndpointRequest.State.allCases, EndpointRequest.Event.allCases)
    func everyEventInEveryState(state: EndpointRequest.State, event: EndpointRequest.Event) throws {
        if state == .pending {
            #expect(try state.next(event) == Self.allowed[event])
        } else {
            #expect(throws: EndpointRequest.IllegalTransition(state: state, event: event)) { try state.next(event) }
        }
    }

    @Test func lifetimeCountsFromTheApproval() {
        let approval = Timestamp(milliseconds: 1_000)
        let end = Timestamp(milliseconds: 9_000)
        #expect(EndpointRequest.Lifetime.untilRevoked.end(approvedAt: approval) == nil)
        #expect(EndpointRequest.Lifetime.until(end).end(approvedAt: approval) == end)
        #expect(EndpointRequest.Lifetime.lasting(.seconds(5)).end(approvedAt: approval)?.milliseconds == 6_000)
    }
}
