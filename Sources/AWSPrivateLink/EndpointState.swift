import Connectivity

/// The state of an endpoint in EC2's words, and what each means in ours.
enum EndpointState: Hashable, Sendable {
    case pendingAcceptance, pending, available, partial, rejected, expired, failed, deleting, deleted
    /// A word that this version does not know.
    case unknown

    /// EC2's model writes `PendingAcceptance`, its examples `pendingAcceptance`: both are read.
    init(_ word: String) {
        self =
            switch word.lowercased() {
            case "pendingacceptance": .pendingAcceptance
            case "pending": .pending
            case "available": .available
            case "partial": .partial
            case "rejected": .rejected
            case "expired": .expired
            case "failed": .failed
            case "deleting": .deleting
            case "deleted": .deleted
            default: .unknown
            }
    }

    /// Whether there is still something that is, or may be, connected.
    var exists: Bool {
        switch self {
        case .pendingAcceptance, .pending, .available, .partial, .rejected, .expired, .failed, .unknown: true
        case .deleting, .deleted: false
        }
    }

    /// As a connection's status on the producer's side; nil for one that is gone, or going.
    var status: Connection.Status? {
        switch self {
        case .pendingAcceptance: .pending
        // Accepted, and being made ready: `isServing` tells the two apart.
        case .pending, .available: .accepted
        case .partial: .needsAttention
        case .rejected: .rejected
        case .expired, .failed: .closed
        case .unknown: .unknown
        case .deleting, .deleted: nil
        }
    }

    var isServing: Bool { self == .available }

    /// Whether the producer's side may still have to cut it.
    var isUp: Bool {
        switch self {
        case .pendingAcceptance, .pending, .available, .partial, .unknown: true
        case .rejected, .expired, .failed, .deleting, .deleted: false
        }
    }

    /// As the resource in the consumer's network; nil if there is none any more.
    func condition(reason: String) -> NativeEndpoint.Condition? {
        switch self {
        case .pendingAcceptance, .pending, .available, .partial, .rejected, .unknown: .usable
        case .failed: .failed(reason: reason)
        case .expired: .failed(reason: "EC2 let the endpoint expire: it was not accepted in time. \(reason)")
        case .deleting: .deleting
        case .deleted: nil
        }
    }
}
