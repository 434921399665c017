import Connectivity

/// The records that every filing looks at and hardly any changes, kept while one batch of transactions is written: the
/// writer holds SQLite's write lock, so nobody else changes them. A change takes its record out; a rollback empties
/// it, since what was read before it may never have been.
final class RecordCache {
    private var teams: [ID<Team>: Team] = [:]
    private var accounts: [ID<CloudAccount>: CloudAccount] = [:]
    private var networks: [ID<Network>: Network] = [:]
    private var networksByAccount: [ID<CloudAccount>: [Network]] = [:]
    private var services: [ID<PublishedService>: PublishedService] = [:]

    func removeAll() {
        teams = [:]
        accounts = [:]
        networks = [:]
        networksByAccount = [:]
        services = [:]
    }

    func team(_ id: ID<Team>, _ load: () throws -> Team?) rethrows -> Team? { try find(id, in: \.teams, load) }
    func forget(_ id: ID<Team>) { teams[id] = nil }

    func account(_ id: ID<CloudAccount>, _ load: () throws -> CloudAccount?) rethrows -> CloudAccount? {
        try find(id, in: \.accounts, load)
    }
    func forget(_ id: ID<CloudAccount>) { accounts[id] = nil }

    func network(_ id: ID<Network>, _ load: () throws -> Network?) rethrows -> Network? {
        try find(id, in: \.networks, load)
    }
    func networks(of account: ID<CloudAccount>, _ load: () throws -> [Network]) rethrows -> [Network] {
        if let networks = networksByAccount[account] { return networks }
        let networks = try load()
        networksByAccount[account] = networks
        return networks
    }
    func forget(_ id: ID<Network>) {
        networks[id] = nil
        networksByAccount = [:]
    }

    func service(_ id: ID<PublishedService>, _ load: () throws -> PublishedService?) rethrows -> PublishedService? {
        try find(id, in: \.services, load)
    }
    func forget(_ id: ID<PublishedService>) { services[id] = nil }

    private func find<Record>(
        _ id: ID<Record>, in table: ReferenceWritableKeyPath<RecordCache, [ID<Record>: Record]>,
        _ load: () throws -> Record?
    ) rethrows -> Record? {
        if let record = self[keyPath: table][id] { return record }
        let record = try load()
        self[keyPath: table][id] = record
        return record
    }
}
