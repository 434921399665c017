import Connectivity
public import ControlPlane
import Synchronization

/// A store of plain dictionaries: what the other stores are measured against, and every fast test's store.
///
/// It keeps the contract of `Store`, except that it does not check whether the things that a record names exist.
public final class InMemoryStore: Store {
    private let tables = Mutex(InMemoryTables())

    public init() {}

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try body(InMemorySnapshot(tables: tables.withLock { $0 }))
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        let (value, actions) = try tables.withLock { tables in
            let transaction = InMemoryTransaction(tables: tables)
            let value = try body(transaction)
            tables = transaction.tables
            return (value, transaction.actions)
        }
        for action in actions { action() }
        return value
    }
}

/// Everything that is remembered. A copy is a snapshot.
struct InMemoryTables: Sendable {
    var teams: [ID<Team>: Team] = [:]
    var tokens: [ID<AccessToken>: AccessToken] = [:]
    var accounts: [ID<CloudAccount>: CloudAccount] = [:]
    var networks: [ID<Network>: Network] = [:]
    var services: [ID<PublishedService>: PublishedService] = [:]
    var requests: [ID<EndpointRequest>: EndpointRequest] = [:]
    var approvals: [ID<Approval>: Approval] = [:]
    var endpoints: [ID<Endpoint>: Endpoint] = [:]
    var sightings: [ID<PublishedService>: [String: ConnectionSighting]] = [:]
    var events: [Event] = []
    var replies: [ReplyKey: StoredReply] = [:]

    struct ReplyKey: Hashable, Sendable {
        let key: String
        let subject: String
    }
}

struct InMemorySnapshot: InMemoryReading {
    let tables: InMemoryTables
}
