import Connectivity

/// Whom a service attachment lets in. Pure: it tells where a consumer stands and what the accept list has to become, and
/// leaves the entries of all others as they are, in their order.
struct ConsumerLists: Hashable, Sendable {
    /// The entries that Google takes in one accept list.
    static let capacity = 5000

    /// ACCEPT_AUTOMATIC: everybody gets in, and the lists are never asked; Google does not even take any.
    let isAutomatic: Bool
    /// `reconcileConnections`: whether edits reach endpoints that are accepted already.
    let reconciles: Bool
    let accepted: [AcceptEntry]
    let rejected: [ConsumerName]

    init(isAutomatic: Bool, reconciles: Bool, accepted: [AcceptEntry], rejected: [ConsumerName]) {
        self.isAutomatic = isAutomatic
        self.reconciles = reconciles
        self.accepted = accepted
        self.rejected = rejected
    }

    init(_ attachment: ServiceAttachment) {
        self.init(
            isAutomatic: attachment.connectionPreference == "ACCEPT_AUTOMATIC",
            reconciles: attachment.reconcileConnections ?? false, accepted: attachment.consumerAcceptLists ?? [],
            rejected: (attachment.consumerRejectLists ?? []).map { ConsumerName(rejected: $0) })
    }

    /// What the lists name. Empty lists take projects: the only names that are known before the endpoint is.
    var kind: ConsumerName.Kind {
        accepted.lazy.compactMap(\.name?.kind).first ?? rejected.first?.kind ?? .project
    }

    /// Whether a project may be meant by its number: then the consumer's has to be found out.
    var namesNumbers: Bool {
        (accepted.compactMap(\.name) + rejected).contains { name in
            guard case .project(let text) = name else { return false }
            return !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
        }
    }

    var grain: RevocationGrain {
        kind == .endpoint && reconciles && !isAutomatic ? .perConnection : .perAccount
    }

    func refuse(_ consumer: Consumer) -> Bool { rejected.contains { consumer.isMeant(by: $0) } }

    func entry(of consumer: Consumer) -> AcceptEntry? { accepted.first { $0.name.map(consumer.isMeant) ?? false } }

    /// The consumer's standing, for an endpoint that is wanted or is to go. One that is to go has none where there is
    /// nothing to take back.
    func admission(of consumer: Consumer, isWanted: Bool) -> Admission {
        // Refused or not, an entry of a consumer that is to go has still to be taken off.
        if refuse(consumer), isWanted || isAutomatic || entry(of: consumer) == nil { return .refused }
        if isAutomatic { return isWanted ? .admitted(limit: nil) : .absent }
        if kind == .endpoint {
            // A single endpoint can be let in only once it is there: `accept` does it.
            return isWanted || entry(of: consumer) != nil ? .admitted(limit: nil) : .absent
        }
        return entry(of: consumer).map { .admitted(limit: $0.limit) } ?? .absent
    }

    /// The list with room for at least `limit` connections of the consumer; nil: it has it already, or cannot have it.
    func admitting(_ consumer: Consumer, limit: Int) -> [AcceptEntry]? {
        guard !isAutomatic, let name = consumer.name(of: kind) else { return nil }
        // Google takes no more than one for a single endpoint, and no less than one for anybody.
        let room = kind == .endpoint ? 1 : max(1, limit)
        guard let index = index(of: consumer) else { return accepted + [AcceptEntry(name, limit: room)] }
        guard accepted[index].limit < room else { return nil }
        var list = accepted
        list[index].limit = room
        return list
    }

    /// The list with room for no more than `remaining` connections of the consumer; nil: it is so already.
    func expelling(_ consumer: Consumer, remaining: Int) -> [AcceptEntry]? {
        guard let index = index(of: consumer) else { return nil }
        var list = accepted
        if remaining <= 0 || kind == .endpoint {
            list.remove(at: index)
            return list
        }
        guard accepted[index].limit > remaining else { return nil }
        list[index].limit = remaining
        return list
    }

    private func index(of consumer: Consumer) -> Int? {
        accepted.firstIndex { $0.name.map(consumer.isMeant) ?? false }
    }
}
