public import Connectivity

/// The networks of the registered accounts: read from the cloud, or declared where Postern cannot read.
public struct Networks: Sendable {
    let environment: Environment
    let accounts: CloudAccounts
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment, accounts: CloudAccounts) {
        self.environment = environment
        self.accounts = accounts
    }

    /// A network to be declared.
    public struct Declaration: Sendable {
        public let account: Reference<CloudAccount>
        public let name: String
        public let nativeID: String
        public let region: String?
        public let ranges: [CIDR]
        public let subnets: [Subnet]

        public init(
            account: Reference<CloudAccount>, name: String, nativeID: String, region: String?, ranges: [CIDR],
            subnets: [Subnet]
        ) {
            self.account = account
            self.name = name
            self.nativeID = nativeID
            self.region = region
            self.ranges = ranges
            self.subnets = subnets
        }
    }

    public func declare(
        _ declaration: Declaration, by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> Network {
        let account = try resolveOne(at: "/account") {
            try accounts.get(declaration.account, by: invocation.caller, in: transaction)
        }
        try AccessRules.toUse(account, by: invocation.caller).require("cloud account")
        let subnets = declaration.subnets.map { $0.canonical(at: account.provider) }
        try check(subnets, within: declaration.ranges)
        let nativeID = account.provider.canonical(declaration.nativeID)
        guard try transaction.networks(of: account.id).allSatisfy({ $0.nativeID != nativeID }) else {
            throw ControlPlaneError(
                .conflict, "The network \(nativeID) of \(account.name) is known already.")
        }
        let now = environment.now()
        let network = Network(
            id: environment.newID(at: now), accountID: account.id, name: declaration.name,
            nativeID: nativeID, region: declaration.region, ranges: declaration.ranges,
            subnets: subnets, source: .declared, observedAt: now,
            createdAt: now, updatedAt: now)
        try transaction.insert(network)
        try events.record(
            .networkDeclared, by: invocation, about: .init(network, of: account), ["name": network.name],
            in: transaction)
        return network
    }

    private func check(_ subnets: [Subnet], within ranges: [CIDR]) throws {
        var faults: [ControlPlaneError.FieldFault] = []
        var names: Set<String> = []
        for (index, subnet) in subnets.enumerated() {
            if !ranges.contains(where: { $0.contains(subnet.range) }) {
                faults.append(
                    .init(pointer: "/subnets/\(index)/cidr", detail: "is not within the network's cidrs"))
            }
            if !names.insert(subnet.nativeID).inserted {
                faults.append(.init(pointer: "/subnets/\(index)/native_id", detail: "stands twice in the list"))
            }
            if let twin = subnets[..<index].firstIndex(where: { $0.range.intersection(subnet.range) != nil }) {
                faults.append(
                    .init(pointer: "/subnets/\(index)/cidr", detail: "overlaps with that of /subnets/\(twin)"))
            }
        }
        guard faults.isEmpty else { throw ControlPlaneError.impossible(faults) }
    }

    public func get(_ id: ID<Network>, by caller: Caller, in reader: any StoreReader) throws -> Network {
        guard let network = try reader.find(id), let account = try reader.find(network.accountID) else {
            throw ControlPlaneError.notFound("network")
        }
        try AccessRules.toSee(account, by: caller).require("network")
        return network
    }

    /// Removes a declared network that no request was ever filed for.
    public func remove(
        _ id: ID<Network>, if precondition: Precondition, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws {
        let network = try get(id, by: invocation.caller, in: transaction)
        guard let account = try transaction.find(network.accountID) else { throw ControlPlaneError.notFound("network") }
        try AccessRules.toUse(account, by: invocation.caller).require("network")
        try precondition.check(network.revision)
        guard network.source == .declared else {
            throw ControlPlaneError(
                .notPossibleNow, "The network was read from the cloud and stays as long as it is there.")
        }
        guard try !transaction.isUsed(id) else {
            throw ControlPlaneError(.conflict, "Requests were filed for the network, so the record of it stays.")
        }
        try transaction.remove(id)
        try events.record(
            .networkRemoved, by: invocation, about: .init(network, of: account), ["name": network.name],
            in: transaction)
    }
}

extension Subnet {
    fileprivate func canonical(at provider: CloudProvider) -> Subnet {
        Subnet(name: name, nativeID: provider.canonical(nativeID), region: region, zone: zone, range: range)
    }
}
