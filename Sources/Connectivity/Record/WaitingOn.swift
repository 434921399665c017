/// Whose turn it is, and since when: on every pending thing.
public struct WaitingOn: Hashable, Sendable {
    public enum Role: String, CaseIterable, Codable, Sendable {
        /// The team that owns the service.
        case owner
        /// The team that filed.
        case consumer
        /// Postern itself, between two looks at the cloud.
        case postern
    }

    public let role: Role
    public let teamID: ID<Team>?
    public let since: Timestamp
    /// What has to happen, in one sentence.
    public let detail: String

    public init(role: Role, teamID: ID<Team>?, since: Timestamp, detail: String) {
        self.role = role
        self.teamID = teamID
        self.since = since
        self.detail = detail
    }
}

extension EndpointRequest {
    /// - Parameter approvals: approvals given so far.
    public func waitingOn(approvals: Int) -> WaitingOn? {
        guard state == .pending else { return nil }
        let missing = approvalsRequired - approvals
        return WaitingOn(
            role: .owner, teamID: producerTeamID, since: createdAt,
            detail: missing == 1
                ? "One approval by a member of the owner team is missing."
                : "\(missing) approvals by different members of the owner team are missing.")
    }
}

extension Endpoint {
    public var waitingOn: WaitingOn? {
        switch phase {
        case .active, .closed: nil
        case .admitting, .creating, .connecting, .closing:
            WaitingOn(
                role: .postern, teamID: nil, since: updatedAt,
                detail: "Postern is bringing the cloud to what is desired.")
        case .failing:
            WaitingOn(role: .postern, teamID: nil, since: updatedAt, detail: "Postern tries again by itself.")
        case .awaitingConsumer:
            WaitingOn(
                role: .consumer, teamID: consumerTeamID, since: updatedAt,
                detail: observed.nativeID == nil
                    ? "Create the endpoint in your network and tell its native id."
                    : "Create the endpoint that you named; it has not shown up at the service yet.")
        case .attention, .failed:
            switch lastError?.side {
            case .producer: waiting(on: .owner, producerTeamID)
            case .consumer: waiting(on: .consumer, consumerTeamID)
            case .postern, nil: waiting(on: .postern, nil)
            }
        }
    }

    private func waiting(on role: WaitingOn.Role, _ team: ID<Team>?) -> WaitingOn {
        WaitingOn(
            role: role, teamID: team, since: updatedAt,
            detail: lastError?.remedy ?? "Look at the endpoint in the cloud.")
    }
}

extension PublishedService {
    public var waitingOn: WaitingOn? {
        switch phase {
        case .available, .retired: nil
        case .publishing, .failing, .retiring:
            WaitingOn(
                role: .postern, teamID: nil, since: updatedAt,
                detail: "Postern is bringing the cloud to what is desired.")
        case .attention, .failed:
            WaitingOn(
                role: .owner, teamID: teamID, since: updatedAt,
                detail: lastError?.remedy ?? "Look at the service in the cloud.")
        }
    }
}
