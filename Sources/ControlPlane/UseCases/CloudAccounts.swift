public import Connectivity

/// Google projects and AWS accounts, registered with the team that owns each.
public struct CloudAccounts: Sendable {
    let environment: Environment
    let wake: WakeSignal
    /// The clouds that this server has a backend for.
    let providers: Set<CloudProvider>
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment, wake: WakeSignal, providers: Set<CloudProvider>) {
        self.environment = environment
        self.wake = wake
        self.providers = providers
    }

    /// An account to be registered.
    public struct Registration: Sendable {
        public let name: ResourceName
        public let team: Reference<Team>
        public let provider: CloudProvider
        public let nativeID: String
        public let access: CloudAccess
        public let description: String?

        public init(
            name: ResourceName, team: Reference<Team>, provider: CloudProvider, nativeID: String,
            access: CloudAccess = CloudAccess(), description: String?
        ) {
            self.name = name
            self.team = team
            self.provider = provider
            self.nativeID = nativeID
            self.access = access
            self.description = description
        }
    }

    public func register(
        _ registration: Registration, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> CloudAccount {
        try AccessRules.toAdminister(by: invocation.caller).require("cloud account")
        let team = try resolveOne(at: "/team") {
            try Teams(environment: environment).get(registration.team, in: transaction)
        }
        guard providers.contains(registration.provider) else {
            throw ControlPlaneError.impossible(
                "/provider", "this server has no backend for \(registration.provider.product)")
        }
        if let objection = CloudAccount.objection(to: registration.nativeID, of: registration.provider) {
            throw ControlPlaneError.impossible("/native_id", objection)
        }
        try check(registration.access, for: registration.nativeID, of: registration.provider)
        guard try transaction.findAccount(named: registration.name) == nil else {
            throw ControlPlaneError(.conflict, "There is a cloud account named \(registration.name) already.")
        }
        guard try transaction.findAccount(provider: registration.provider, nativeID: registration.nativeID) == nil
        else {
            throw ControlPlaneError(.conflict, "\(registration.nativeID) is registered already, under another name.")
        }
        let now = environment.now()
        let account = CloudAccount(
            id: environment.newID(at: now), name: registration.name, teamID: team.id, provider: registration.provider,
            nativeID: registration.nativeID, access: registration.access, description: registration.description,
            schedule: Schedule(dueAt: now),
            createdAt: now, updatedAt: now)
        try transaction.insert(account)
        try events.record(
            .accountRegistered, by: invocation, about: .init(account),
            ["name": account.name.text, "provider": account.provider.rawValue, "native_id": account.nativeID],
            in: transaction)
        transaction.afterCommit(wake.wake)
        return account
    }

    public func change(
        _ reference: Reference<CloudAccount>, description: Change<String>, access: CloudAccess?, team: Reference<Team>?,
        if precondition: Precondition, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> CloudAccount {
        var account = try get(reference, by: invocation.caller, in: transaction)
        try AccessRules.toAdminister(by: invocation.caller).require("cloud account")
        try precondition.check(account.revision)
        let before = account
        description.apply(to: &account.description)
        if let access {
            try check(access, for: account.nativeID, of: account.provider)
            account.access = access
            // The networks may be readable now.
            account.schedule.dueAt = environment.now()
            transaction.afterCommit(wake.wake)
        }
        if let team {
            let heir = try resolveOne(at: "/team") {
                try Teams(environment: environment).get(team, in: transaction).id
            }
            if heir != account.teamID { try requireUnused(account, in: transaction) }
            account.teamID = heir
        }
        account.updatedAt = environment.now()
        account.revision += 1
        try transaction.update(account)
        try events.record(
            .accountChanged, by: invocation, about: .init(account), ChangedFields.between(before, account),
            in: transaction)
        return account
    }

    /// Access belongs to the team to which it was given: an account changes hands only without any.
    private func requireUnused(_ account: CloudAccount, in reader: any StoreReader) throws {
        func refuse(_ what: String) -> ControlPlaneError {
            ControlPlaneError(.conflict, "\(account.name) cannot change hands while it has \(what).")
        }
        let pending = try reader.requests(
            RequestQuery(audience: .everything, state: .pending, account: account.id), Page(limit: 1))
        if let request = pending.first {
            throw refuse("a pending request, \(request.id): withdraw it or have it decided first")
        }
        for phase in Endpoint.Phase.allCases where phase != .closed {
            let open = try reader.endpoints(
                EndpointQuery(audience: .everything, phase: phase, account: account.id), Page(limit: 1))
            if let endpoint = open.first { throw refuse("an open endpoint, \(endpoint.id): release it first") }
        }
        if let service = try reader.openServices(of: account.id).first {
            throw refuse("a published service, \(service.name): withdraw it first")
        }
    }

    private func check(_ access: CloudAccess, for nativeID: String, of provider: CloudProvider) throws {
        let faults = access.objections(for: nativeID, of: provider)
            .map { ControlPlaneError.FieldFault(pointer: "/access/\($0.field)", detail: $0.detail) }
        guard faults.isEmpty else { throw ControlPlaneError.impossible(faults) }
    }

    /// Asks the reconciler to read the account's networks now.
    public func refresh(
        _ reference: Reference<CloudAccount>, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> CloudAccount {
        var account = try get(reference, by: invocation.caller, in: transaction)
        try AccessRules.toUse(account, by: invocation.caller).require("cloud account")
        try precondition.check(account.revision)
        account.schedule.dueAt = environment.now()
        try transaction.reschedule(account.id, account.schedule)
        transaction.afterCommit(wake.wake)
        return account
    }

    public func get(
        _ reference: Reference<CloudAccount>, by caller: Caller, in reader: any StoreReader
    ) throws -> CloudAccount {
        let account =
            switch reference {
            case .id(let id): try reader.find(id)
            case .name(let name): try reader.findAccount(named: name)
            }
        guard let account else { throw ControlPlaneError.notFound("cloud account") }
        try AccessRules.toSee(account, by: caller).require("cloud account")
        return account
    }
}
