public import FoundationEssentials

/// An instant, to the millisecond, in UTC. Its text is RFC 3339 with exactly three decimals, so that ordering by text
/// is ordering by time: the store keeps it as it is shown.
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

extension Timestamp: CustomStringConvertible {
    /// Years 1970 to 9999: what the API takes and four digits can hold.
    public static let range = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 253_402_300_799_999)

    private static let shown = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    private static let withoutFraction = Date.ISO8601FormatStyle()

    /// RFC 3339 in UTC: `2026-11-24T03:45:06.123Z`.
    public var description: String {
        // The style cuts off below the millisecond; half of one more keeps a binary fraction from losing the last digit.
        Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000).formatted(Self.shown)
    }

    /// Parses RFC 3339, with `Z` or an offset, with or without a fraction of a second; nil outside of `range`.
    public init?(_ raw: some StringProtocol) {
        // The styles also take shorter ISO 8601 forms, which RFC 3339 does not have.
        guard raw.utf8.count >= 20, raw.utf8.dropFirst(10).first.map({ $0 == UInt8(ascii: "T") }) == true else {
            return nil
        }
        let text = String(raw)
        guard let date = (try? Self.shown.parse(text)) ?? (try? Self.withoutFraction.parse(text)) else { return nil }
        let instant = Self(date)
        guard Self.range.contains(instant) else { return nil }
        self = instant
    }
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
