import Connectivity
import Testing

struct EndpointPhaseTests {
    /// What an endpoint that nobody wants any more may still go through.
    private static let onTheWayOut: Set<Endpoint.Phase> = [.closing, .closed, .failing, .failed, .attention]

    @Test(arguments: Endpoint.Phase.allCases, Endpoint.Phase.allCases)
    func wanted(from phase: Endpoint.Phase, to next: Endpoint.Phase) {
        let isAllowed = phase != next && phase != .closed && phase != .closing && next != .closing && next != .closed
        #expect(phase.canMove(to: next, desired: .present) == isAllowed)
    }

    @Test(arguments: Endpoint.Phase.allCases, Endpoint.Phase.allCases)
    func unwanted(from phase: Endpoint.Phase, to next: Endpoint.Phase) {
        let isAllowed = phase != next && phase != .closed && Self.onTheWayOut.contains(next)
        #expect(phase.canMove(to: next, desired: .absent) == isAllowed)
    }

    @Test(arguments: PublishedService.Phase.allCases, PublishedService.Phase.allCases)
    func service(from phase: PublishedService.Phase, to next: PublishedService.Phase) {
        let isAllowed =
            switch phase {
            case .retired: false
            case .retiring: [.retired, .failing, .failed].contains(next)
            case .failing, .failed: next != phase
            case .publishing, .available, .attention: next != phase && next != .retired
            }
        #expect(phase.canMove(to: next) == isAllowed)
    }
}
