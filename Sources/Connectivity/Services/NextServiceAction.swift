/// What a look at the cloud tells about a published service.
public struct ServiceObservation: Hashable, Sendable {
    public let nativeID: String
    /// What a consumer's endpoint points at.
    public let serviceName: String
    public let condition: Condition
    public let warnings: [Finding]
    public let connections: [Connection]

    public enum Condition: Hashable, Sendable {
        case usable
        /// The cloud is still making it, or removing it.
        case changing
        case failed(reason: String)
    }

    public init(
        nativeID: String, serviceName: String, condition: Condition, warnings: [Finding], connections: [Connection]
    ) {
        self.nativeID = nativeID
        self.serviceName = serviceName
        self.condition = condition
        self.warnings = warnings
        self.connections = connections
    }
}

/// The single next thing to do about a published service.
public enum NextServiceAction: Hashable, Sendable {
    case publish
    case unpublish
    case wait(PublishedService.Phase)
    case settle(PublishedService.Phase)
    case raise(Attention)
    case fail(reason: String)
}

/// Decides what brings the cloud one step closer to what the service's owners want. Pure.
/// - Parameters:
///   - openEndpoints: endpoints of the service that are not closed yet.
///   - mayStillAppear: whether a call to publish it may still take effect.
public func nextServiceAction(
    toward desired: PublishedService.Desired, origin: PublishedService.Origin, openEndpoints: Int,
    mayStillAppear: Bool = false, observed: ServiceObservation?
) -> NextServiceAction {
    switch (desired, origin, observed) {
    case (.published, .published, nil): .publish
    case (.published, .adopted, nil): .raise(.serviceMissing)
    case (.published, _, let seen?):
        switch seen.condition {
        case .usable: .settle(.available)
        case .changing: .wait(.publishing)
        case .failed(let reason): .fail(reason: reason)
        }
    case (.withdrawn, _, _) where openEndpoints > 0: .wait(.retiring)
    case (.withdrawn, .published, nil) where mayStillAppear: .wait(.retiring)
    case (.withdrawn, .adopted, _), (.withdrawn, .published, nil): .settle(.retired)
    case (.withdrawn, .published, let seen?): seen.condition == .changing ? .wait(.retiring) : .unpublish
    }
}
