public import Connectivity

/// Where everything is remembered. Bodies are synchronous, so that the compiler forbids awaiting a cloud inside one.
public protocol Store: Sendable {
    /// Runs `body` on one consistent snapshot.
    /// - Throws: what `body` throws, or `StoreError.unavailable` or `.damaged`.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value

    /// Runs `body` as one transaction; transactions run one after another. Returns only when the changes are durable.
    /// If `body` throws, none of its changes is kept and no other transaction is touched.
    /// - Throws: what `body` throws, or `StoreError.unavailable` or `.damaged`: then nothing was changed, or it is not
    ///   known to be.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value
}

public enum StoreError: Error, Hashable {
    /// An update of a record that changed since it was read, or that does not exist.
    case stale
    /// A second record with an id or a name that must be unique.
    case duplicate
    /// The store cannot be read or written now; the reason is for the operator.
    case unavailable(reason: String)
    /// What is stored is not what was written, and it does not mend by itself. The store has told the operator, once.
    case damaged(reason: String)
}

/// A part of a list: at most `limit` entries behind the one at `after`, in the list's order.
public struct Page<Position: Hashable & Sendable>: Hashable, Sendable {
    public let limit: Int
    public let after: Position?

    public init(limit: Int, after: Position? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// Whose things a list may show.
public enum Audience: Hashable, Sendable {
    case everything
    /// Things in which one of these teams takes part.
    case teams(Set<ID<Team>>)

    public init(_ caller: Caller) {
        self = caller.readsEverything ? .everything : .teams(caller.teams)
    }
}

/// Reads of one snapshot. `find` gives nil for what does not exist; lists are in the order of ids, newest first,
/// unless they say otherwise.
public protocol StoreReader {
    func find(_ id: ID<Team>) throws -> Team?
    func findTeam(named name: ResourceName) throws -> Team?
    func teams(_ page: Page<ID<Team>>) throws -> [Team]

    func find(_ id: ID<AccessToken>) throws -> AccessToken?
    func findToken(digest: String) throws -> AccessToken?
    /// - Parameter subject: only this subject's tokens; nil: all.
    func tokens(subject: String?, _ page: Page<ID<AccessToken>>) throws -> [AccessToken]

    func find(_ id: ID<CloudAccount>) throws -> CloudAccount?
    func findAccount(named name: ResourceName) throws -> CloudAccount?
    func findAccount(provider: CloudProvider, nativeID: String) throws -> CloudAccount?
    func accounts(_ query: AccountQuery, _ page: Page<ID<CloudAccount>>) throws -> [CloudAccount]

    func find(_ id: ID<Network>) throws -> Network?
    /// All networks of one account, in the order of ids, oldest first.
    func networks(of account: ID<CloudAccount>) throws -> [Network]
    func networks(_ query: NetworkQuery, _ page: Page<ID<Network>>) throws -> [Network]
    /// Whether any request was ever filed for the network.
    func isUsed(_ network: ID<Network>) throws -> Bool

    func find(_ id: ID<PublishedService>) throws -> PublishedService?
    func findService(named name: ResourceName) throws -> PublishedService?
    /// All services of the account that are not retired, oldest first.
    func openServices(of account: ID<CloudAccount>) throws -> [PublishedService]
    func services(_ query: ServiceQuery, _ page: Page<ID<PublishedService>>) throws -> [PublishedService]

    func find(_ id: ID<EndpointRequest>) throws -> EndpointRequest?
    func requests(_ query: RequestQuery, _ page: Page<ID<EndpointRequest>>) throws -> [EndpointRequest]
    /// The request for this service into this subnet that is pending, or whose endpoint is not closed.
    func findLiveRequest(
        service: ID<PublishedService>, network: ID<Network>, subnet: String
    ) throws -> EndpointRequest?
    /// The newest request that this endpoint of a consumer's stands for: named when it was filed, or seen or told of its
    /// endpoint since.
    func findRequest(service: ID<PublishedService>, nativeEndpointID: String) throws -> EndpointRequest?
    /// Pending requests whose time to be decided is over at `instant`, longest overdue first.
    func requests(expiredAt instant: Timestamp, limit: Int) throws -> [EndpointRequest]

    func find(_ id: ID<Approval>) throws -> Approval?
    /// All decisions on one request, oldest first.
    func approvals(of request: ID<EndpointRequest>) throws -> [Approval]
    func approvals(_ query: ApprovalQuery, _ page: Page<ID<Approval>>) throws -> [Approval]

    func find(_ id: ID<Endpoint>) throws -> Endpoint?
    func endpoints(_ query: EndpointQuery, _ page: Page<ID<Endpoint>>) throws -> [Endpoint]
    /// All endpoints of the service that are not closed, oldest first.
    func openEndpoints(of service: ID<PublishedService>) throws -> [Endpoint]
    /// The same for one account.
    func openEndpoints(of service: ID<PublishedService>, account: ID<CloudAccount>) throws -> [Endpoint]
    /// Wanted endpoints whose lifetime is over at `instant`, longest overdue first.
    func endpoints(expiredAt instant: Timestamp, limit: Int) throws -> [Endpoint]

    /// What was last seen on the service's side, in the order of native ids.
    /// - Parameter requested: only those that a request stands for, or only the others; nil: all.
    func connections(
        of service: ID<PublishedService>, requested: Bool?, _ page: Page<String>
    ) throws -> [ConnectionSighting]

    /// Oldest first.
    func events(_ query: EventQuery, _ page: Page<Int>) throws -> [Event]
    /// The newest event's place and hash.
    func eventHead() throws -> EventChain.Head
    /// Checks up to `limit` events behind `head`: that the event at `head` is still the one that was there, that nothing
    /// stands before the first, and that each next one is, to the byte, what was written.
    /// - Returns: the last event's place and hash; `head` at the end of the log.
    /// - Throws: `EventLogFault` for the first that is not.
    func checkEvents(behind head: EventChain.Head, limit: Int) throws -> EventChain.Head

    /// The reply that was stored for a caller's `Idempotency-Key`.
    func reply(forKey key: String, subject: String) throws -> StoredReply?
}

/// Changes of one transaction, which sees its own.
///
/// `insert` throws `StoreError.duplicate` for a taken id or unique name. `update` replaces the record whose revision is
/// one less than the given record's, and throws `StoreError.stale` if there is none.
public protocol StoreTransaction: StoreReader {
    func insert(_ team: Team) throws
    func update(_ team: Team) throws

    func insert(_ token: AccessToken) throws
    func update(_ token: AccessToken) throws
    /// Notes when a token was last used; not a change of its revision.
    func touch(_ token: ID<AccessToken>, at instant: Timestamp) throws

    func insert(_ account: CloudAccount) throws
    func update(_ account: CloudAccount) throws

    func insert(_ network: Network) throws
    func update(_ network: Network) throws
    func remove(_ network: ID<Network>) throws

    func insert(_ service: PublishedService) throws
    func update(_ service: PublishedService) throws

    func insert(_ request: EndpointRequest) throws
    func update(_ request: EndpointRequest) throws

    func insert(_ approval: Approval) throws

    func insert(_ endpoint: Endpoint) throws
    func update(_ endpoint: Endpoint) throws

    /// Replaces all that is known of the service's connections.
    func replaceConnections(of service: ID<PublishedService>, with sightings: [ConnectionSighting]) throws

    /// Adds to the log, which gives the event its sequence number, one more than the last, without gaps, and chains it
    /// to the last by its hash. A last event without one counts as none: what is decided goes on in a broken log.
    func append(_ draft: EventDraft) throws

    /// Keeps a reply for its key; the same key of the same subject is replaced.
    func keep(_ reply: StoredReply) throws
    func removeReplies(createdBefore instant: Timestamp) throws

    /// Leases to `lease.owner` up to `limit` things that are due at `instant` and under no lease that lasts beyond it
    /// (its own included: that work is being done), longest due first.
    func claimDueEndpoints(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [Endpoint]
    func claimDueServices(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [PublishedService]
    func claimDueAccounts(at instant: Timestamp, lease: Schedule.Lease, limit: Int) throws -> [CloudAccount]
    /// Changes when something is looked at next, and who looks: not a change of its revision.
    func reschedule(_ endpoint: ID<Endpoint>, _ schedule: Schedule) throws
    func reschedule(_ service: ID<PublishedService>, _ schedule: Schedule) throws
    func reschedule(_ account: ID<CloudAccount>, _ schedule: Schedule) throws

    /// Runs `action` once the transaction is durable, and never if it fails.
    func afterCommit(_ action: @escaping @Sendable () -> Void)
}
