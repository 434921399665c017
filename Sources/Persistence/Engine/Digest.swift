import Crypto

/// What chains the events of the log.
enum Digest {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Lower-case hexadecimal SHA-256.
    static func sha256(_ text: String) -> String {
        let hash = SHA256.hash(data: Array(text.utf8))
        return String(unsafeUninitializedCapacity: 2 * SHA256.byteCount) { buffer in
            for (position, byte) in hash.enumerated() {
                buffer[2 * position] = digits[Int(byte >> 4)]
                buffer[2 * position + 1] = digits[Int(byte & 15)]
            }
            return 2 * SHA256.byteCount
        }
    }
}
