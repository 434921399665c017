import Crypto
import FoundationEssentials

/// Google's `requestId`: the same for every repeat of the same step, so that a repeat finds the operation that the
/// first one started. Two steps never share one.
enum RequestID {
    /// A UUID of version 8 (RFC 9562: of the application's own making) from the words that tell the step.
    static func derived(from words: [String]) -> String {
        // A separator that no word contains keeps ["a", "bc"] and ["ab", "c"] apart.
        let digest = SHA256.hash(data: Data(words.joined(separator: "\u{0}").utf8))
        var bytes = Array(digest.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        var text = ""
        for (position, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(position) { text += "-" }
            text.append(digit)
        }
        return text
    }
}
