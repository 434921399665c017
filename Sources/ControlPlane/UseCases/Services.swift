public import Connectivity

/// Published services: what producer teams offer, and by which policy they let consumers in.
public struct Services: Sendable {
    let environment: Environment
    let accounts: CloudAccounts
    let wake: WakeSignal
    var events: EventRecorder { EventRecorder(environment: environment) }
    private var teams: Teams { Teams(environment: environment) }

    public init(environment: Environment, accounts: CloudAccounts, wake: WakeSignal) {
        self.environment = environment
        self.accounts = accounts
        self.wake = wake
    }

    /// Who may see a service, as a client writes it.
    public enum VisibilityWish: Sendable {
        case everyone
        case teams([Reference<Team>])
    }

    /// A list of consumers, as a client writes it.
    public struct ConsumerListWish: Sendable {
        public let teams: [Reference<Team>]
        public let accounts: [Reference<CloudAccount>]

        public init(teams: [Reference<Team>], accounts: [Reference<CloudAccount>]) {
            self.teams = teams
            self.accounts = accounts
        }
    }

    /// The parts of a policy that a client wrote; what is nil stays as it is.
    public struct PolicyWish: Sendable {
        public var acceptList: ConsumerListWish?
        public var denyList: ConsumerListWish?
        public var approvalsRequired: Int?
        public var allowsSelfApproval: Bool?
        public var maximumLifetime: Change<Duration> = .keep
        public var requestTTL: Duration?
        public var minimumReasonLength: Int?
        public var recreatesDeletedEndpoints: Bool?

        public init() {}
    }

    /// A service to be published.
    public struct Publication: Sendable {
        public let name: ResourceName
        public let team: Reference<Team>
        public let account: Reference<CloudAccount>
        public let region: String
        public let description: String?
        public let documentationURL: String?
        public let origin: PublishedService.Origin
        public let visibility: VisibilityWish
        public let policy: PolicyWish

        public init(
            name: ResourceName, team: Reference<Team>, account: Reference<CloudAccount>, region: String,
            description: String?, documentationURL: String?, origin: PublishedService.Origin,
            visibility: VisibilityWish, policy: PolicyWish
        ) {
            self.name = name
            self.team = team
            self.account = account
            self.region = region
            self.description = description
            self.documentationURL = documentationURL
            self.origin = origin
            self.visibility = visibility
            self.policy = policy
        }
    }

    /// The parts of a service that a client wants changed; what is nil stays as it is.
    public struct Amendment: Sendable {
        public var description: Change<String> = .keep
        public var documentationURL: Change<String> = .keep
        public var visibility: VisibilityWish?
        public var policy = PolicyWish()

        public init() {}
    }

    public func publish(
        _ publication: Publication, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> PublishedService {
        let caller = invocation.caller
        let team = try resolveOne(at: "/team") { try teams.get(publication.team, in: transaction) }
        guard caller.isAdmin || caller.isMember(of: team.id) else {
            throw ControlPlaneError(.forbidden, "Only members of \(team.name) may publish in its name.")
        }
        let account = try resolveOne(at: "/account") {
            try accounts.get(publication.account, by: caller, in: transaction)
        }
        guard account.teamID == team.id else {
            throw ControlPlaneError.impossible("/account", "\(account.name) does not belong to \(team.name)")
        }
        if case .published(let blueprint) = publication.origin {
            let faults = blueprint.faults(for: account.provider)
            guard faults.isEmpty else { throw ControlPlaneError.impossible(faults) }
        }
        guard try transaction.findService(named: publication.name) == nil else {
            throw ControlPlaneError(.conflict, "There is a service named \(publication.name) already.")
        }
        let origin = publication.origin.canonical(at: account.provider)
        if let nativeID = origin.adoptedID, let twin = try owner(of: nativeID, in: account, transaction) {
            throw ControlPlaneError(.conflict, "\(twin.name) stands for \(nativeID) already: withdraw that one first.")
        }
        let now = environment.now()
        let service = PublishedService(
            id: environment.newID(at: now), name: publication.name, teamID: team.id, accountID: account.id,
            provider: account.provider, region: publication.region, description: publication.description,
            documentationURL: publication.documentationURL, origin: origin,
            visibility: try resolve(publication.visibility, in: transaction),
            policy: try resolve(publication.policy, onto: AccessPolicy(), in: transaction),
            schedule: Schedule(dueAt: now), createdAt: now, updatedAt: now)
        try transaction.insert(service)
        try events.record(
            .servicePublished, by: invocation, about: .init(service), ["name": service.name.text], in: transaction)
        transaction.afterCommit(wake.wake)
        return service
    }

    /// The service that stands for this one in the cloud. Two that share one accept list would take it from each other.
    private func owner(
        of nativeID: String, in account: CloudAccount, _ reader: any StoreReader
    ) throws -> PublishedService? {
        try reader.openServices(of: account.id).first { service in
            [service.nativeID, service.origin.adoptedID].contains(nativeID)
        }
    }

    public func change(
        _ reference: Reference<PublishedService>, _ amendment: Amendment, if precondition: Precondition,
        by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> PublishedService {
        var service = try get(reference, by: invocation.caller, in: transaction)
        try AccessRules.toManage(service, by: invocation.caller).require("service")
        try precondition.check(service.revision)
        guard service.desired == .published else {
            throw ControlPlaneError(.notPossibleNow, "The service is withdrawn: that is final.")
        }
        let before = service
        amendment.description.apply(to: &service.description)
        amendment.documentationURL.apply(to: &service.documentationURL)
        if let visibility = amendment.visibility { service.visibility = try resolve(visibility, in: transaction) }
        service.policy = try resolve(amendment.policy, onto: service.policy, in: transaction)
        service.updatedAt = environment.now()
        service.revision += 1
        try transaction.update(service)
        try events.record(
            .serviceChanged, by: invocation, about: .init(service), ChangedFields.between(before, service),
            in: transaction)
        return service
    }

    /// Withdraws the service for good: its endpoints are closed, its pending requests rejected, and what Postern made
    /// of it in the cloud is removed. Withdrawing a withdrawn one changes nothing.
    public func withdraw(
        _ reference: Reference<PublishedService>, reason: String?, if precondition: Precondition,
        by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> PublishedService {
        var service = try get(reference, by: invocation.caller, in: transaction)
        try AccessRules.toManage(service, by: invocation.caller).require("service")
        try precondition.check(service.revision)
        guard service.desired == .published else { return service }
        let now = environment.now()
        service.desired = .withdrawn
        service.phase = .retiring
        service.lastError = nil
        service.schedule = Schedule(dueAt: now, lease: service.schedule.lease)
        service.updatedAt = now
        service.revision += 1
        try transaction.update(service)
        try events.record(
            .serviceWithdrawn, by: invocation, about: .init(service), reason.map { ["reason": $0] } ?? [:],
            in: transaction)
        try closeEverything(
            of: service, because: reason ?? "The service was withdrawn.", by: invocation, in: transaction)
        transaction.afterCommit(wake.wake)
        return service
    }

    private func closeEverything(
        of service: PublishedService, because reason: String, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws {
        let requests = EndpointRequests(environment: environment, services: self, wake: wake)
        try requests.rejectAllPending(of: service, reason: reason, in: transaction)
        let endpoints = Endpoints(environment: environment, wake: wake)
        for endpoint in try transaction.openEndpoints(of: service.id) where endpoint.desired == .present {
            _ = try endpoints.close(
                endpoint, .withdrawn, reason: reason,
                by: Event.Actor(kind: .user, subject: invocation.caller.subject),
                httpRequestID: invocation.httpRequestID, in: transaction)
        }
    }

    public func get(
        _ reference: Reference<PublishedService>, by caller: Caller, in reader: any StoreReader
    ) throws -> PublishedService {
        let service =
            switch reference {
            case .id(let id): try reader.find(id)
            case .name(let name): try reader.findService(named: name)
            }
        guard let service else { throw ControlPlaneError.notFound("service") }
        try AccessRules.toSee(service, by: caller).require("service")
        return service
    }

    /// What was last seen on the service's side, those included that nobody requested.
    public func connections(
        of reference: Reference<PublishedService>, requested: Bool?, by caller: Caller, _ page: Page<String>,
        in reader: any StoreReader
    ) throws -> [ConnectionSighting] {
        let service = try get(reference, by: caller, in: reader)
        guard AccessRules.toSeeInside(service, by: caller) else {
            throw ControlPlaneError(.forbidden, "Only members of the team that owns the service see its connections.")
        }
        return try reader.connections(of: service.id, requested: requested, page)
    }

    private func resolve(
        _ wish: VisibilityWish, in reader: any StoreReader
    ) throws -> PublishedService.Visibility {
        switch wish {
        case .everyone: .everyone
        case .teams(let references):
            .teams(Set(try teams.resolve(references, at: "/visible_to", in: reader).map(\.id)))
        }
    }

    private func resolve(
        _ wish: PolicyWish, onto base: AccessPolicy, in reader: any StoreReader
    ) throws -> AccessPolicy {
        var policy = base
        if let list = wish.acceptList { policy.acceptList = try resolve(list, at: "/policy/accept_list", in: reader) }
        if let list = wish.denyList { policy.denyList = try resolve(list, at: "/policy/deny_list", in: reader) }
        policy.approvalsRequired = wish.approvalsRequired ?? base.approvalsRequired
        policy.allowsSelfApproval = wish.allowsSelfApproval ?? base.allowsSelfApproval
        wish.maximumLifetime.apply(to: &policy.maximumLifetime)
        policy.requestTTL = wish.requestTTL ?? base.requestTTL
        policy.minimumReasonLength = wish.minimumReasonLength ?? base.minimumReasonLength
        policy.recreatesDeletedEndpoints = wish.recreatesDeletedEndpoints ?? base.recreatesDeletedEndpoints
        return policy
    }

    /// Owners name accounts of other teams in their lists, so these are looked up without regard to who may see them.
    private func resolve(
        _ wish: ConsumerListWish, at pointer: String, in reader: any StoreReader
    ) throws -> ConsumerList {
        let named = try teams.resolve(wish.teams, at: "\(pointer)/teams", in: reader)
        let accounts = try resolveAll(wish.accounts, at: "\(pointer)/accounts") { reference in
            let account =
                switch reference {
                case .id(let id): try reader.find(id)
                case .name(let name): try reader.findAccount(named: name)
                }
            guard let account else { throw ControlPlaneError.notFound("cloud account") }
            return account
        }
        return ConsumerList(teams: Set(named.map(\.id)), accounts: Set(accounts.map(\.id)))
    }
}
