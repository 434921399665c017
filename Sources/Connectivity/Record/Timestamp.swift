public import FoundationEssentials

/// An instant, to the millisecond, in UTC. Its text is RFC 3339 with exactly three decimals, so that ordering by text
/// is ordering by time.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    public static func + (instant: Self, interval: Duration) -> Self {
        let (seconds, attoseconds) = interval.components
        return Self(milliseconds: instant.milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    public static func - (instant: Self, interval: Duration) -> Self { instant + (.zero - interval) }

    /// The time from `earlier` to this instant.
    public func since(_ earlier: Self) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let raw = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self(raw) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an RFC 3339 time: \(raw)"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
