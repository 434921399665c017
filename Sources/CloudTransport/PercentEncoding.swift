extension String {
    /// Percent-encoded, as forms, queries and AWS's signatures have it: all but letters, digits and `-._~`.
    /// - Parameter others: further ASCII characters that stay as they are.
    public func percentEncoded(sparing others: String = "") -> String {
        var encoded: [UInt8] = []
        for byte in utf8 {
            if Self.isUnreserved(byte) || others.utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
