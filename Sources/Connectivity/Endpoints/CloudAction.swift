/// One call to a cloud on behalf of an endpoint: what the intent record names.
public enum CloudAction: String, CaseIterable, Codable, Sendable {
    /// Let the consumer's account in on the producer's side, with room for all its wanted endpoints.
    case admit
    /// Make the endpoint in the consumer's network.
    case createEndpoint = "create_endpoint"
    /// Accept the endpoint's connection on the producer's side.
    case accept
    /// Cut the endpoint's connection on the producer's side.
    case reject
    /// Remove the endpoint from the consumer's network.
    case deleteEndpoint = "delete_endpoint"
    /// Take back room that no wanted endpoint of the account needs any more.
    case expel

    /// Whether it lets somebody in or makes something: an effect that comes late has to be taken back.
    var isGrant: Bool { self == .admit || self == .createEndpoint }
}

/// A cloud call that was begun and whose outcome is not recorded yet. A repeat of it carries the same token, so that a
/// cloud that already did it answers with what it made.
public struct CloudIntent: Hashable, Codable, Sendable {
    public let action: CloudAction
    /// Derived from the endpoint's id: at most 64 printable ASCII characters, as EC2's ClientToken allows.
    public let token: String

    public init(action: CloudAction, token: String) {
        self.action = action
        self.token = token
    }
}

extension Endpoint {
    /// Notes that `action` is about to be done, and gives the token to do it with: the one of an unfinished call of the
    /// same kind, or a new one.
    public mutating func begin(_ action: CloudAction) -> CloudIntent {
        if action.isGrant { unseenCalls.insert(action) }
        if let intent, intent.action == action { return intent }
        callsBegun += 1
        let begun = CloudIntent(action: action, token: "\(id)-\(callsBegun)")
        intent = begun
        return begun
    }

    /// Takes note of the calls whose effect shows.
    /// - Parameter wanted: endpoints of the account that are wanted, as in `EndpointGoal`.
    public mutating func recognize(_ seen: EndpointObservation, wantedByAccount wanted: Int) {
        // The room that was made for it counts it, whether or not it is wanted any more.
        let room = desired == .present ? wanted : wanted + 1
        unseenCalls = unseenCalls.filter { !seen.shows($0, wantedByAccount: room) }
    }
}

extension EndpointObservation {
    /// Whether what `action` is to bring about is there. Tells that a call was done whose answer never came.
    /// - Parameter wanted: endpoints of the account that are wanted, as in `EndpointGoal`.
    public func shows(_ action: CloudAction, wantedByAccount wanted: Int) -> Bool {
        switch (action, admission) {
        case (.admit, .admitted(let limit)): limit ?? wanted >= wanted
        case (.expel, .admitted(let limit)):
            roomLeft(wantedByAccount: wanted) > 0
                && limit.map { $0 <= roomLeft(wantedByAccount: wanted) } ?? true
        case (.admit, _): false
        case (.expel, _): true
        case (.createEndpoint, _): endpoint != nil
        case (.deleteEndpoint, _): endpoint == nil && hindrance == nil
        case (.accept, _): connection?.status == .accepted
        case (.reject, _): connection.map { $0.status == .rejected || $0.status == .closed } ?? true
        }
    }
}
