/// A consumer's endpoint as the producer's side of a service sees it.
public struct Connection: Hashable, Sendable {
    /// One vocabulary for both clouds.
    public enum Status: String, CaseIterable, Codable, Sendable {
        /// Waits to be let in.
        case pending
        case accepted
        case rejected
        /// Closed by the producer; the endpoint will never serve again.
        case closed
        /// Accepted, but the producer has to act before it serves.
        case needsAttention = "needs_attention"
        /// A status that this version of Postern does not know.
        case unknown
    }

    /// The consumer's endpoint: a `vpce-…` id, or a forwarding rule's URI.
    public let nativeID: String
    /// The account or project that owns the endpoint.
    public let accountNativeID: String
    public let networkNativeID: String?
    public let status: Status
    /// The cloud's own word, verbatim.
    public let nativeStatus: String
    /// Accepted and ready to carry traffic.
    public let isServing: Bool

    public init(
        nativeID: String, accountNativeID: String, networkNativeID: String?, status: Status, nativeStatus: String,
        isServing: Bool
    ) {
        self.nativeID = nativeID
        self.accountNativeID = accountNativeID
        self.networkNativeID = networkNativeID
        self.status = status
        self.nativeStatus = nativeStatus
        self.isServing = isServing
    }
}
