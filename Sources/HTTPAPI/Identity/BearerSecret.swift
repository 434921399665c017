import Crypto

/// The secret of a bearer token: `pst_` and 256 random bits. It is shown once; only its digest is kept.
public struct BearerSecret: Sendable {
    /// What the client sends behind `Authorization: Bearer`.
    public let text: String

    /// A new secret, from the system's cryptographic generator.
    public init() {
        var generator = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in generator.next() }
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        text = Self.prefix + Base64URL.encode(bytes)
    }

    /// The lower-case hexadecimal SHA-256 of the secret: what `AccessToken.digest` holds.
    public var digest: String { Self.digest(of: text) }

    /// The digest of a secret as a client sent it. The store is asked by it, so that no comparison of secrets can tell
    /// by its time how much of a guess was right.
    public static func digest(of text: String) -> String { SHA256Text.hex(text.utf8) }

    /// Whether `text` has the shape of a secret at all.
    static func isPlausible(_ text: some StringProtocol) -> Bool {
        text.utf8.count == length && text.hasPrefix(prefix)
    }

    private static let prefix = "pst_"
    private static let length = 4 + 43
}

extension BearerSecret: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the secret: descriptions end up in logs.
    public var description: String { "pst_…" }
    public var debugDescription: String { description }
}

/// Digests as lower-case hexadecimal text.
enum SHA256Text {
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = SHA256.hash(data: Array(bytes))
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
