/// What an endpoint's reconciliation aims at: the wish, and the few facts of ours that bear on the next step.
public struct EndpointGoal: Hashable, Sendable {
    public let desired: Endpoint.Desired
    public let mode: Endpoint.Mode
    /// The endpoint the consumer made itself, once it told; only that one is let in.
    public let nativeID: String?
    /// The network that was approved, in the spelling that Postern keeps; nil if it is not known.
    public let networkNativeID: String?
    public let hasBeenActive: Bool
    /// Endpoints of this account on this service that need room, this one included if it does.
    public let wantedByAccount: Int
    public let recreatesDeleted: Bool
    /// Whether a call that was begun while it was wanted may still take effect.
    public let mayStillGrow: Bool

    public init(
        desired: Endpoint.Desired, mode: Endpoint.Mode, nativeID: String?, networkNativeID: String? = nil,
        hasBeenActive: Bool, wantedByAccount: Int, recreatesDeleted: Bool, mayStillGrow: Bool = false
    ) {
        self.desired = desired
        self.mode = mode
        self.nativeID = nativeID
        self.networkNativeID = networkNativeID
        self.hasBeenActive = hasBeenActive
        self.wantedByAccount = wantedByAccount
        self.recreatesDeleted = recreatesDeleted
        self.mayStillGrow = mayStillGrow
    }
}

/// The consumer account's standing on the producer's side.
public enum Admission: Hashable, Sendable {
    /// The service itself cannot be found.
    case serviceMissing
    case absent
    /// Let in; `limit` is the number of connections it may have, nil where the cloud does not count.
    case admitted(limit: Int?)
    /// Named on the producer's reject list.
    case refused
}

/// How finely the producer's side can cut an accepted connection.
public enum RevocationGrain: Hashable, Sendable {
    case perConnection
    /// Only a whole account at once, by its entry in the accept list.
    case perAccount
}

/// The endpoint's resource in the consumer's network.
public struct NativeEndpoint: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case usable
        case deleting
        /// The cloud gave up on it, in the cloud's own words.
        case failed(reason: String)
    }

    public let nativeID: String
    public let condition: Condition
    public let addresses: [String]
    public let dnsNames: [String]

    public init(nativeID: String, condition: Condition, addresses: [String], dnsNames: [String]) {
        self.nativeID = nativeID
        self.condition = condition
        self.addresses = addresses
        self.dnsNames = dnsNames
    }
}

/// Why one side of an endpoint could not be looked at.
public struct Hindrance: Hashable, Sendable {
    public let fault: Fault
    /// How long the cloud asked to be left alone.
    public let retryAfter: Duration?

    public init(_ fault: Fault, retryAfter: Duration? = nil) {
        self.fault = fault
        self.retryAfter = retryAfter
    }
}

/// Everything a look at both sides of the cloud tells about one endpoint.
public struct EndpointObservation: Hashable, Sendable {
    public let admission: Admission
    public let revocationGrain: RevocationGrain
    /// Ours in the consumer's network; always nil for a self-managed endpoint, which Postern cannot see there.
    public let endpoint: NativeEndpoint?
    /// Why the consumer's side could not be looked at; then `endpoint` is nil and says nothing.
    public let hindrance: Hindrance?
    /// The same endpoint as the producer's side sees it, matched on exact native id and owner account.
    public let connection: Connection?
    /// Accepted connections of the same account that no wanted endpoint stands for: they use up its room.
    public let unrequestedAccepted: Int
    /// Such connections that wait to be let in: where whole accounts are let in, they get what room there is.
    public let unrequestedWaiting: Int
    /// Accepted connections of the same account besides this one, whoever asked for them.
    public let acceptedBeside: Int

    public init(
        admission: Admission, revocationGrain: RevocationGrain, endpoint: NativeEndpoint?,
        hindrance: Hindrance? = nil, connection: Connection?, unrequestedAccepted: Int, unrequestedWaiting: Int,
        acceptedBeside: Int
    ) {
        self.admission = admission
        self.revocationGrain = revocationGrain
        self.endpoint = endpoint
        self.hindrance = hindrance
        self.connection = connection
        self.unrequestedAccepted = unrequestedAccepted
        self.unrequestedWaiting = unrequestedWaiting
        self.acceptedBeside = acceptedBeside
    }

    /// Whether room for the account may go to an endpoint that it is not meant for.
    var isRoomSought: Bool { revocationGrain == .perAccount && unrequestedWaiting > 0 }

    /// The room that the account keeps when this endpoint leaves: that of those wanted. While it is sought by who is not
    /// meant, it is that of those who are in; whoever is still to come has to wait.
    public func roomLeft(wantedByAccount wanted: Int) -> Int { isRoomSought ? min(wanted, acceptedBeside) : wanted }
}

/// The single next thing to do about an endpoint.
public enum NextAction: Hashable, Sendable {
    case perform(CloudAction)
    /// The cloud, or the consumer, is at work: look again later.
    case wait(Endpoint.Phase)
    /// Desired and observed agree: `active` or `closed`.
    case settle(Endpoint.Phase)
    /// A person has to act; Postern only shows it.
    case raise(Attention)
    /// It cannot go on without a change.
    case fail(reason: String)
    /// All that is left to do is where Postern cannot look.
    case hindered(Hindrance)
}

/// Decides what brings the cloud one step closer to the goal. Pure: the same sight always gives the same step, so a
/// repeat after a crash is harmless.
public func nextAction(toward goal: EndpointGoal, observed: EndpointObservation) -> NextAction {
    switch goal.desired {
    case .present: actionToConnect(goal, observed)
    case .absent: actionToClose(goal, observed)
    }
}

private func actionToConnect(_ goal: EndpointGoal, _ observed: EndpointObservation) -> NextAction {
    // Nobody is let in for an endpoint that may not come.
    if let hindrance = observed.hindrance { return .hindered(hindrance) }
    // Before the account is let in: a cloud may accept its endpoints along with it.
    if goal.mode == .selfManaged, let approved = goal.networkNativeID, let seen = observed.connection?.networkNativeID,
        seen != approved
    {
        return .raise(.wrongNetwork)
    }
    switch observed.admission {
    case .serviceMissing: return .raise(.serviceMissing)
    case .refused: return .raise(.consumerRefused)
    // It is up without: put back, the room of those who still have to come would go to who waits uninvited.
    case .absent where observed.connection?.status == .accepted && observed.isRoomSought: break
    case .absent: return actionToAdmit(goal, observed)
    // What is connected already has its room; who still has to come makes more.
    case .admitted(let limit?) where limit < goal.wantedByAccount && observed.connection?.status != .accepted:
        return actionToAdmit(goal, observed)
    case .admitted: break
    }
    switch (goal.mode, observed.endpoint?.condition) {
    case (.managed, nil) where goal.hasBeenActive && !goal.recreatesDeleted: return .raise(.endpointDeleted)
    case (.managed, nil): return .perform(.createEndpoint)
    case (_, .failed(let reason)): return .fail(reason: reason)
    case (_, .deleting): return .wait(.creating)
    case (.selfManaged, _) where goal.nativeID == nil: return .wait(.awaitingConsumer)
    case (.selfManaged, _) where observed.connection == nil: return actionWithoutConnection(goal)
    case (.selfManaged, _), (.managed, .usable): break
    }
    guard let connection = observed.connection else { return .wait(.connecting) }
    switch connection.status {
    case .pending where observed.revocationGrain == .perAccount && observed.unrequestedAccepted > 0:
        return .raise(.roomTaken)
    case .pending: return .perform(.accept)
    case .accepted: return connection.isServing ? .settle(.active) : .wait(.connecting)
    case .rejected: return .raise(.rejectedByProducer)
    case .closed: return .raise(.closedByProducer)
    case .needsAttention: return .raise(.producerMustAct)
    case .unknown: return .raise(.unknownStatus)
    }
}

/// Nobody gets in who is not to, because somebody else is.
private func actionToAdmit(_ goal: EndpointGoal, _ observed: EndpointObservation) -> NextAction {
    if observed.isRoomSought { return .raise(.unrequestedEndpoint) }
    // Where whole accounts are let in, a consumer can make its endpoint before that: room for what is not there yet
    // would be anybody's.
    let isThere = goal.mode == .managed || observed.connection != nil
    guard isThere || observed.revocationGrain == .perConnection else { return actionWithoutConnection(goal) }
    return .perform(.admit)
}

/// Of a self-managed endpoint that is not there.
private func actionWithoutConnection(_ goal: EndpointGoal) -> NextAction {
    goal.hasBeenActive ? .raise(.endpointDeleted) : .wait(.awaitingConsumer)
}

private func actionToClose(_ goal: EndpointGoal, _ observed: EndpointObservation) -> NextAction {
    let isUp =
        switch observed.connection?.status {
        case .pending, .accepted, .needsAttention, .unknown: true
        case .rejected, .closed, nil: false
        }
    // Where one connection can be cut by itself, cut it first: the traffic stops at once.
    if isUp, observed.revocationGrain == .perConnection { return .perform(.reject) }
    let left = observed.roomLeft(wantedByAccount: goal.wantedByAccount)
    let hasRoomToGive =
        switch observed.admission {
        case .admitted(let limit): left == 0 || limit.map { $0 > left } ?? false
        case .absent, .refused, .serviceMissing: false
        }
    // Who waits uninvited would get the room in the moment in which the endpoint leaves it.
    if hasRoomToGive, observed.isRoomSought { return .perform(.expel) }
    if let endpoint = observed.endpoint {
        return endpoint.condition == .deleting ? .wait(.closing) : .perform(.deleteEndpoint)
    }
    // Else the room is taken back last: while siblings live it may only shrink, or they would all be cut.
    if hasRoomToGive { return .perform(.expel) }
    // The producer's side is cut whatever the consumer does: who could not be looked at must not keep its access by it.
    // Closed it is not, for something of ours may still stand over there.
    if let hindrance = observed.hindrance { return .hindered(hindrance) }
    // What a late call makes has to go, too.
    guard !goal.mayStillGrow else { return .wait(.closing) }
    switch (goal.mode, observed.connection?.status) {
    case (_, nil), (_, .rejected), (_, .closed): return .settle(.closed)
    // Nobody of the account is let in any more, so who still waits will not get in.
    case (_, .pending) where goal.wantedByAccount == 0: return .settle(.closed)
    // The endpoint is gone from its network, and the producer's side has yet to notice.
    case (.managed, .pending), (.managed, .accepted), (.managed, .needsAttention), (.managed, .unknown):
        return .wait(.closing)
    case (.selfManaged, .pending), (.selfManaged, .accepted), (.selfManaged, .needsAttention), (.selfManaged, .unknown):
        return .raise(.revocationIsCoarse)
    }
}
