/// The states of an endpoint, and of its connection, as EC2's wire spells them.
enum EC2EndpointState: String, CaseIterable {
    case pendingAcceptance, pending, available, deleting, deleted, rejected, failed, expired, partial

    /// The model spells them in Pascal case, filters and examples in camel case.
    init?(wire: String) {
        guard let match = Self.allCases.first(where: { $0.rawValue.lowercased() == wire.lowercased() }) else {
            return nil
        }
        self = match
    }
}
