import Connectivity
import ControlPlane
import TestSupport

/// One call on a store, in a form that gives an answer to compare.
struct Step: Sendable {
    let name: String
    let perform: @Sendable (any StoreTransaction) throws -> Answer
    /// Whether what it does depends on what other histories do.
    var isShared: Bool { name.hasPrefix("claim") || name == "reply" }

    /// What came of it: records, or the store's refusal.
    func answer(in transaction: any StoreTransaction) throws -> Answer {
        do {
            return try perform(transaction)
        } catch let error as StoreError {
            return .refused(error)
        }
    }
}

enum Answer: Hashable, Sendable {
    case done
    case refused(StoreError)
    case yes(Bool)
    case teams([Team])
    case tokens([AccessToken])
    case accounts([CloudAccount])
    case networks([Network])
    case services([PublishedService])
    case requests([EndpointRequest])
    case approvals([Approval])
    case endpoints([Endpoint])
    case connections([ConnectionSighting])
    case events([Event])
    case reply(StoredReply?)
}

/// A made-up history: what people, the reconciler and the clouds might do to a store, right and wrong, from a seed.
struct History {
    var random: SeededGenerator
    let samples: StoreSamples
    /// The records as the history believes them to be; some of its updates are meant to be refused.
    var known = Known()

    struct Known {
        var teams: [Team] = []
        var tokens: [AccessToken] = []
        var accounts: [CloudAccount] = []
        var networks: [Network] = []
        var services: [PublishedService] = []
        var requests: [EndpointRequest] = []
        var endpoints: [Endpoint] = []
        var usedNetworks: Set<ID<Network>> = []
    }

    init(seed: UInt64, firstRecord: Int = 0) {
        random = SeededGenerator(seed: seed)
        samples = StoreSamples(first: firstRecord)
    }

    /// The steps of the next transaction, and whether it is to fail at its end.
    mutating func transaction() -> (steps: [Step], fails: Bool) {
        let before = known
        let fails = random.chance(1, in: 6)
        let steps = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            random.chance(1, in: 3) ? look() : change()
        }
        if fails { known = before }
        return (steps, fails)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }

    mutating func maybe<Element>(_ elements: [Element]) -> Element? {
        random.chance(1, in: 3) ? pick(elements) : nil
    }

    /// A time near those of the records.
    mutating func instant() -> Timestamp {
        samples.now + .milliseconds(Int.random(in: -900_000...900_000, using: &random))
    }

    mutating func schedule() -> Schedule {
        Schedule(
            dueAt: random.chance(4, in: 5) ? instant() : nil, attempts: Int.random(in: 0...3, using: &random),
            lease: random.chance(1, in: 3) ? lease() : nil)
    }

    mutating func lease() -> Schedule.Lease {
        Schedule.Lease(owner: pick(["p1", "p2"]) ?? "p1", expiresAt: instant())
    }

    mutating func fault() -> Fault? {
        guard random.chance(1, in: 3) else { return nil }
        return Fault(
            code: "throttled", side: .consumer, message: pick(["\"slow\"", "a\nb", "\u{1}ü\u{1F310}"]) ?? "",
            remedy: "", isRetryable: random.chance(1, in: 2), cloudCode: pick([nil, "Throttling"]) ?? nil, at: instant()
        )
    }
}
