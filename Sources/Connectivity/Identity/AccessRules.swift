/// What a caller may do with a thing.
public enum Permission: Hashable, Sendable {
    case granted
    /// It may not even know that the thing exists.
    case hidden
    /// It knows of the thing, and may not do this; the sentence says who may.
    case refused(String)
}

/// Who may see and do what: one function a question, none of them reading anything but its arguments.
public enum AccessRules {
    public static func toSee(_ service: PublishedService, by caller: Caller) -> Permission {
        if caller.readsEverything || caller.isMember(of: service.teamID) { return .granted }
        return switch service.visibility {
        case .everyone: .granted
        case .teams(let teams): caller.teams.isDisjoint(with: teams) ? .hidden : .granted
        }
    }

    public static func toManage(_ service: PublishedService, by caller: Caller) -> Permission {
        guard toSee(service, by: caller) == .granted else { return .hidden }
        return caller.isAdmin || caller.isMember(of: service.teamID)
            ? .granted : .refused("Only members of the team that owns the service may do this.")
    }

    /// The owners' view: lists, warnings and errors are theirs.
    public static func toSeeInside(_ service: PublishedService, by caller: Caller) -> Bool {
        caller.readsEverything || caller.isMember(of: service.teamID)
    }

    public static func toSee(_ account: CloudAccount, by caller: Caller) -> Permission {
        caller.readsEverything || caller.isMember(of: account.teamID) ? .granted : .hidden
    }

    /// To file requests for an account's networks, to publish from it, to declare its networks.
    public static func toUse(_ account: CloudAccount, by caller: Caller) -> Permission {
        guard toSee(account, by: caller) == .granted else { return .hidden }
        return caller.isAdmin || caller.isMember(of: account.teamID)
            ? .granted : .refused("Only members of the team that owns the cloud account may do this.")
    }

    /// Requests, approvals and endpoints are seen by both sides, and by nobody else.
    public static func toSee(producer: ID<Team>, consumer: ID<Team>, by caller: Caller) -> Permission {
        caller.readsEverything || caller.isMember(of: producer) || caller.isMember(of: consumer) ? .granted : .hidden
    }

    /// - Parameter seesService: whether the caller may see the requested service: then a refusal is not a secret.
    public static func toDecide(
        _ request: EndpointRequest, by caller: Caller, seesService: Bool, policy: AccessPolicy
    ) -> DecisionPermission {
        guard caller.isAdmin || caller.isMember(of: request.producerTeamID) else {
            let sees = toSee(producer: request.producerTeamID, consumer: request.consumerTeamID, by: caller) == .granted
            return sees || seesService
                ? .refused("Only members of the team that owns the service decide on its requests.") : .hidden
        }
        return caller.subject == request.requestedBy && !policy.allowsSelfApproval ? .ownRequest : .granted
    }

    public enum DecisionPermission: Hashable, Sendable {
        case granted, hidden
        case refused(String)
        /// The requester asks to approve their own request. (They may still withdraw it.)
        case ownRequest
    }

    /// To act as the consumer: withdraw a request, release an endpoint, name a self-managed one.
    public static func toActAsConsumer(producer: ID<Team>, consumer: ID<Team>, by caller: Caller) -> Permission {
        guard toSee(producer: producer, consumer: consumer, by: caller) == .granted else { return .hidden }
        return caller.isAdmin || caller.isMember(of: consumer)
            ? .granted : .refused("Only members of the consumer's team may do this.")
    }

    /// To act as the producer: revoke an endpoint.
    public static func toActAsProducer(producer: ID<Team>, consumer: ID<Team>, by caller: Caller) -> Permission {
        guard toSee(producer: producer, consumer: consumer, by: caller) == .granted else { return .hidden }
        return caller.isAdmin || caller.isMember(of: producer)
            ? .granted : .refused("Only members of the team that owns the service may do this.")
    }

    public static func toAdminister(by caller: Caller) -> Permission {
        caller.isAdmin ? .granted : .refused("Only an admin may do this.")
    }

    public static func toSee(_ token: AccessToken, by caller: Caller) -> Permission {
        caller.readsEverything || token.subject == caller.subject ? .granted : .hidden
    }
}
