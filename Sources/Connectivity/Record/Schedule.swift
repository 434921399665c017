/// When the reconciler is to look at something again, and who is looking at it now.
public struct Schedule: Hashable, Sendable {
    /// The right to work on something until `expiresAt`; a reconciler that died loses it by time.
    public struct Lease: Hashable, Sendable {
        public let owner: String
        public let expiresAt: Timestamp

        public init(owner: String, expiresAt: Timestamp) {
            self.owner = owner
            self.expiresAt = expiresAt
        }
    }

    /// nil: nothing to do, ever (a closed endpoint).
    public var dueAt: Timestamp?
    /// Failures in a row, or looks in a row without progress.
    public var attempts: Int
    public var lease: Lease?

    public init(dueAt: Timestamp?, attempts: Int = 0, lease: Lease? = nil) {
        self.dueAt = dueAt
        self.attempts = attempts
        self.lease = lease
    }
}
