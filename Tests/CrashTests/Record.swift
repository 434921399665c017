import Connectivity
import ControlPlane
import Crypto
import Logging
import Persistence

/// What the process has left behind in its database, read past it.
struct Record {
    let endpoint: Endpoint?
    let service: PublishedService?
    /// What happened, how often, but for an endpoint's phases. Ids and addresses, which differ from run to run, are left
    /// out.
    let happenings: [String: Int]
    let endpointPath: PhasePath
    let servicePath: PhasePath
    let lastEventAt: Timestamp?
    /// Leases that processes hold, or held when they died.
    let leases: [Schedule.Lease]

    /// - Throws: `EventChain.Break` if the log has a gap, a double or a change.
    init(database: String) async throws {
        let store = try SQLiteStore.openBesideServer(
            path: database, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        defer { store.close() }
        let (endpoints, services, accounts, events, head) = try await store.read { reader in
            (
                try reader.endpoints(EndpointQuery(audience: .everything), Page(limit: .max)),
                try reader.services(ServiceQuery(audience: .everything), Page(limit: .max)),
                try reader.accounts(AccountQuery(audience: .everything), Page(limit: .max)),
                try reader.events(EventQuery(audience: .everything), Page(limit: .max)), try reader.eventHead()
            )
        }
        guard endpoints.count <= 1, services.count <= 1 else { throw Doubled(what: "an endpoint or a service") }
        endpoint = endpoints.first
        service = services.first
        let schedules = endpoints.map(\.schedule) + services.map(\.schedule) + accounts.map(\.schedule)
        leases = schedules.compactMap(\.lease)
        var reached = EventChain.Head.empty
        var ids: Set<ID<Event>> = []
        for event in events {
            reached = try EventChain.extend(reached, with: event, digest: Self.sha256)
            guard ids.insert(event.id).inserted else { throw Doubled(what: "\(event.id)") }
        }
        guard reached == head else { throw EventChain.Break.truncated(at: reached.sequence, expected: head.sequence) }
        endpointPath = PhasePath(
            events, moved: .endpointMoved, ended: .endpointClosing, toward: Endpoint.Phase.closing.rawValue)
        servicePath = PhasePath(
            events, moved: .serviceMoved, ended: .serviceWithdrawn, toward: PublishedService.Phase.retiring.rawValue)
        lastEventAt = events.last?.at
        happenings = Dictionary(
            events.filter { $0.kind != .endpointMoved }.map { (Self.summary(of: $0), 1) }, uniquingKeysWith: +)
    }

    struct Doubled: Error {
        let what: String
    }

    private static func summary(of event: Event) -> String {
        let telling = ["action", "from", "to", "verdict", "kind", "missing", "code"]
        let words = telling.compactMap { name in event.detail[name].map { "\(name)=\($0)" } }
        return ([event.kind.rawValue] + words).joined(separator: " ")
    }

    private static func sha256(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
