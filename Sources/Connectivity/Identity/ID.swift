/// A thing that has an id of its own in the API, such as `svc_01k…`.
public protocol Identified: Sendable {
    /// The part before the underscore: `svc`, `req`, ….
    static var idPrefix: String { get }
}

/// A typed, time-sortable identifier: a prefix that names the kind of thing, then 26 characters of lower-case
/// Crockford base 32 (a ULID: 48 bits of milliseconds, 80 bits of entropy). Ordering by text is ordering by birth.
public struct ID<Subject: Identified>: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// Parses an id as a client sends it; nil if prefix, length or alphabet is wrong.
    public init?(_ raw: some StringProtocol) {
        // Bytes, not characters: lists read hundreds of ids for one reply.
        var text = String(raw)
        guard text.withUTF8(Self.isID) else { return nil }
        self.text = text
    }

    private static func isID(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let prefix = Subject.idPrefix.utf8
        let body = bytes.dropFirst(prefix.count + 1)
        // A ULID's first character carries three bits only: more would not fit 128.
        guard body.count == ULID.length, bytes.starts(with: prefix), bytes[prefix.count] == UInt8(ascii: "_"),
            let first = body.first, first <= UInt8(ascii: "7")
        else { return false }
        return body.allSatisfy(ULID.isDigit)
    }

    /// The id of something born at `instant`. Equal instants are told apart, and ordered, by `entropy`.
    public init(at instant: Timestamp, entropy: ULID.Entropy) {
        text =
            "\(Subject.idPrefix)_\(ULID.encode(milliseconds: UInt64(max(0, instant.milliseconds)), entropy: entropy))"
    }

    public var description: String { text }

    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension ID: Codable {
    public init(from decoder: any Decoder) throws {
        let raw = try decoder.singleValueContainer().decode(String.self)
        guard let id = Self(raw) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a \(Subject.idPrefix)_ id: \(raw)"))
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The text form of a 128-bit sortable identifier.
public enum ULID {
    /// 80 bits that tell ids of one millisecond apart; the high part counts first.
    public struct Entropy: Hashable, Sendable {
        public var high: UInt16
        public var low: UInt64

        public init(high: UInt16, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// The next larger value, wrapping at the end: keeps ids of one millisecond in the order they were made.
        public func successor() -> Entropy {
            let (low, carried) = low.addingReportingOverflow(1)
            return Entropy(high: carried ? high &+ 1 : high, low: low)
        }
    }

    static let length = 26
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        default: (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
    }

    static func encode(milliseconds: UInt64, entropy: Entropy) -> String {
        var bits =
            (UInt128(milliseconds & 0xFFFF_FFFF_FFFF) << 80) | (UInt128(entropy.high) << 64) | UInt128(entropy.low)
        return String(unsafeUninitializedCapacity: length) { buffer in
            for position in stride(from: length - 1, through: 0, by: -1) {
                buffer[position] = alphabet[Int(truncatingIfNeeded: bits & 31)]
                bits >>= 5
            }
            return length
        }
    }
}
