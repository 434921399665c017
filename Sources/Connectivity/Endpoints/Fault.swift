/// What went wrong, said to the person who has to act: what happened, on whose side, and what to change.
public struct Fault: Hashable, Codable, Sendable {
    /// On whose side the remedy lies.
    public enum Side: String, CaseIterable, Codable, Sendable {
        case producer, consumer, postern
    }

    /// A stable word for programs: `throttled`, `rejected_by_producer`, ….
    public let code: String
    public let side: Side
    public let message: String
    /// What to change, in one sentence.
    public let remedy: String
    /// Whether Postern tries again by itself.
    public let isRetryable: Bool
    /// The cloud's own error code, verbatim.
    public let cloudCode: String?
    /// The cloud's id of the failed call, for its support.
    public let cloudRequestID: String?
    public let at: Timestamp

    public init(
        code: String, side: Side, message: String, remedy: String, isRetryable: Bool, cloudCode: String? = nil,
        cloudRequestID: String? = nil, at: Timestamp
    ) {
        self.code = code
        self.side = side
        self.message = message
        self.remedy = remedy
        self.isRetryable = isRetryable
        self.cloudCode = cloudCode
        self.cloudRequestID = cloudRequestID
        self.at = at
    }
}
