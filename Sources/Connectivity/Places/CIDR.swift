/// An IPv4 address.
public struct IPv4Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt32

    public init(value: UInt32) { self.value = value }

    /// Parses dotted decimal without leading zeros: `10.0.1.5`.
    public init?(_ raw: some StringProtocol) {
        let parts = raw.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let octet = decimal(part, upTo: 255) else { return nil }
            value = value << 8 | octet
        }
        self.value = value
    }

    public var description: String { "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)" }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// A range of IPv4 addresses: `10.0.0.0/16`.
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
    public let base: IPv4Address
    /// The number of leading bits that all its addresses share, 0 to 32.
    public let prefixLength: Int

    /// Parses `10.0.0.0/16`; nil if bits below the prefix are set, since that is mostly a slip.
    public init?(_ raw: some StringProtocol) {
        let parts = raw.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = IPv4Address(parts[0]), let length = decimal(parts[1], upTo: 32),
            base.value & ~Self.mask(Int(length)) == 0
        else { return nil }
        self.base = base
        prefixLength = Int(length)
    }

    public var description: String { "\(base)/\(prefixLength)" }

    public var lowest: IPv4Address { base }
    public var highest: IPv4Address { IPv4Address(value: base.value | ~Self.mask(prefixLength)) }

    public func contains(_ address: IPv4Address) -> Bool { address.value & Self.mask(prefixLength) == base.value }

    public func contains(_ other: CIDR) -> Bool { prefixLength <= other.prefixLength && contains(other.base) }

    /// The part that both have; ranges of this kind are nested or apart, so it is the smaller one.
    public func intersection(_ other: CIDR) -> CIDR? {
        if contains(other) { return other }
        return other.contains(self) ? self : nil
    }

    private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~UInt32(0) << UInt32(32 - length) }
}

private func decimal(_ digits: some StringProtocol, upTo limit: UInt32) -> UInt32? {
    let bytes = digits.utf8
    guard (1...3).contains(bytes.count), bytes.allSatisfy({ (48...57).contains($0) }),
        bytes.count == 1 || bytes.first != 48, let value = UInt32(String(digits)), value <= limit
    else { return nil }
    return value
}

extension CIDR: Codable {
    public init(from decoder: any Decoder) throws {
        let raw = try decoder.singleValueContainer().decode(String.self)
        guard let range = Self(raw) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an IPv4 range: \(raw)"))
        }
        self = range
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
