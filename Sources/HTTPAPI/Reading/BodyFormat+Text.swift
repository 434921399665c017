/// The kinds of text that bodies have, as the API's document names them.
extension BodyFormat where Value == String {
    /// Text of several lines; of the control characters, only tab and line ends.
    static var text: Self {
        string("1 to 2000 characters, without control characters") {
            isText($0, 1...2000) ? $0 : nil
        }
    }

    /// Text for whoever reads the log later.
    static var reason: Self {
        string("1 to 2000 characters, without control characters, not beginning with a space") {
            isText($0, 1...2000) && $0.utf8.first.map { $0 > 0x20 } == true ? $0 : nil
        }
    }

    static var line: Self {
        string("1 to 200 characters, without control characters") { isLine($0, 1...200) ? $0 : nil }
    }

    /// A subnet's name or native id.
    static var subnet: Self {
        string("1 to 1000 characters, without control characters") { isLine($0, 1...1000) ? $0 : nil }
    }

    /// A cloud's own name for something: an id, an ARN, a URI.
    static var nativeID: Self {
        string("1 to 1000 visible ASCII characters") { isVisible($0, 1...1000) ? $0 : nil }
    }

    static var region: Self {
        string("a region or zone of the cloud, such as europe-west1") { text in
            let bytes = text.utf8
            guard (3...42).contains(bytes.count), bytes.allSatisfy({ isLetterOrDigit($0) || $0 == hyphen }),
                let first = bytes.first, isLetterOrDigit(first), !isDigit(first), text.last != "-"
            else { return nil }
            return text
        }
    }

    static var url: Self {
        string("a URL that begins with https:// or http://, of at most 1000 visible ASCII characters") { text in
            let isLink = ["https://", "http://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
            return isLink && isVisible(text, 9...1000) ? text : nil
        }
    }

    /// A DNS name of at least two labels, in lower case.
    static var domainName: Self {
        string("a DNS name in lower case, such as orders.example.com") { text in
            guard (1...253).contains(text.utf8.count) else { return nil }
            var labels = text.split(separator: ".", omittingEmptySubsequences: false)
            if labels.last?.isEmpty == true { labels.removeLast() }
            return labels.count >= 2 && labels.allSatisfy(isLabel) ? text : nil
        }
    }

    /// What an AWS role's trust policy may ask for.
    static var externalID: Self {
        string("2 to 1224 letters, digits and any of + = , . @ : / _ -") { text in
            (2...1224).contains(text.utf8.count)
                && text.utf8.allSatisfy {
                    isLetterOrDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                        || "+=,.@:/_-".utf8.contains($0)
                } ? text : nil
        }
    }

    static var securityGroup: Self {
        string("a security group's id, such as sg-0a1b2c3d4e5f60718") { text in
            let digits = text.dropFirst(3).utf8
            let isGroup =
                text.hasPrefix("sg-") && (8...17).contains(digits.count)
                && digits.allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
            return isGroup ? text : nil
        }
    }

    private static var hyphen: UInt8 { UInt8(ascii: "-") }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == hyphen }
    }

    /// Lengths are in code points, as JSON Schema counts them.
    private static func hasLength(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        // Counting is linear, so that a long text is refused by its bytes first.
        text.utf8.count <= lengths.upperBound * 4 && lengths.contains(text.unicodeScalars.count)
    }

    private static func isLine(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        hasLength(text, lengths) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func isText(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        hasLength(text, lengths)
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    private static func isVisible(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
