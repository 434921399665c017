/// What ties a reply, the log and a client's own records together.
enum RequestID {
    /// The client's, if it is short and made of harmless characters; else a new one.
    static func from(_ header: String?) -> String {
        if let header, isFit(header) { header } else { new() }
    }

    /// Whether it may come back in a reply and stand in the log.
    static func isFit(_ id: String) -> Bool { (1...128).contains(id.utf8.count) && id.utf8.allSatisfy(isHarmless) }

    static func new() -> String {
        [UInt64.random(in: 0...(.max)), UInt64.random(in: 0...(.max))].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: false
        }
    }
}
