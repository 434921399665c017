import Connectivity

/// Reads an account's networks from its cloud into the store.
struct NetworkDiscovery {
    private let workplace: Workplace

    init(_ workplace: Workplace) { self.workplace = workplace }

    /// - Throws: only what the store throws; what the cloud throws is recorded on the account.
    func run(_ id: ID<CloudAccount>) async throws {
        guard let account = try await workplace.store.read({ try owned(id, in: $0) }) else { return }
        let sightings: [NetworkSighting]
        do throws(CloudError) {
            sightings = try await workplace.backend(for: account.provider).networks(of: account)
        } catch {
            return try await note(error, of: account)
        }
        try await note(sightings, of: account)
    }

    private func note(_ sightings: [NetworkSighting], of account: CloudAccount) async throws {
        try await workplace.store.write { transaction in
            guard let current = try claimed(account, in: transaction) else { return }
            var account = current
            let now = workplace.environment.now()
            let known = Dictionary(
                try transaction.networks(of: account.id).map { ($0.nativeID, $0) },
                uniquingKeysWith: { first, _ in first })
            for sighting in sightings {
                try note(sighting, known: known[sighting.nativeID], of: account, at: now, in: transaction)
            }
            let seen = Set(sightings.map(\.nativeID))
            for (nativeID, network) in known where network.source == .discovered && !seen.contains(nativeID) {
                try forget(network, of: account, in: transaction)
            }
            account.networksObservedAt = now
            account.lastError = nil
            account.schedule = Schedule(dueAt: now + workplace.settings.accountPeriod)
            account.revision += 1
            try transaction.update(account)
        }
    }

    private func note(
        _ sighting: NetworkSighting, known: Network?, of account: CloudAccount, at now: Timestamp,
        in transaction: any StoreTransaction
    ) throws {
        guard var network = known else {
            let network = Network(
                id: workplace.environment.newID(at: now), accountID: account.id, name: sighting.name,
                nativeID: sighting.nativeID, region: sighting.region, ranges: sighting.ranges,
                subnets: sighting.subnets, source: .discovered, observedAt: now, createdAt: now, updatedAt: now)
            try transaction.insert(network)
            return try workplace.events.record(
                .networkDiscovered, by: .reconciler, about: .init(network, of: account), ["name": network.name],
                in: transaction)
        }
        // A network that its team declared stays theirs to describe.
        guard network.source == .discovered else { return }
        let isSame =
            network.name == sighting.name && network.region == sighting.region && network.ranges == sighting.ranges
            && network.subnets == sighting.subnets
        network.name = sighting.name
        network.region = sighting.region
        network.ranges = sighting.ranges
        network.subnets = sighting.subnets
        network.observedAt = now
        network.revision += 1
        if !isSame { network.updatedAt = now }
        try transaction.update(network)
        guard !isSame else { return }
        try workplace.events.record(
            .networkChanged, by: .reconciler, about: .init(network, of: account), ["name": network.name],
            in: transaction)
    }

    /// A network that is gone from the cloud goes here too, unless a request was filed for it: then its record stays.
    private func forget(
        _ network: Network, of account: CloudAccount, in transaction: any StoreTransaction
    ) throws {
        guard try !transaction.isUsed(network.id) else { return }
        try transaction.remove(network.id)
        try workplace.events.record(
            .networkRemoved, by: .reconciler, about: .init(network, of: account), ["name": network.name],
            in: transaction)
    }

    private func note(_ error: CloudError, of account: CloudAccount) async throws {
        try await workplace.store.write { transaction in
            guard let current = try claimed(account, in: transaction) else { return }
            var account = current
            let now = workplace.environment.now()
            let attempts = account.schedule.attempts + 1
            account.lastError = error.fault(side: .consumer, at: now)
            let pause =
                error.isRetryable
                ? max(workplace.delay(.failures, afterAttempts: attempts), error.retryAfter ?? .zero)
                : workplace.settings.failedPeriod
            account.schedule = Schedule(dueAt: now + pause, attempts: attempts)
            account.revision += 1
            try transaction.update(account)
        }
    }

    /// The account, unless somebody changed it or asked for another reading while this one was under way: then what it
    /// brought may be older than the ask, and the reading begins anew.
    private func claimed(_ account: CloudAccount, in transaction: any StoreTransaction) throws -> CloudAccount? {
        guard let current = try owned(account.id, in: transaction) else { return nil }
        guard current.schedule.dueAt == account.schedule.dueAt, current.access == account.access else {
            try transaction.reschedule(current.id, Schedule(dueAt: workplace.environment.now()))
            return nil
        }
        return current
    }

    private func owned(_ id: ID<CloudAccount>, in reader: any StoreReader) throws -> CloudAccount? {
        guard let account = try reader.find(id), workplace.holds(account.schedule) else { return nil }
        return account
    }
}
