/// A human name that stands for an id in the API: `orders-api`. Lower case, digits and hyphens, starts with a letter,
/// does not end with a hyphen, at most 63 characters. It has no underscore, so it is never mistaken for an id.
public struct ResourceName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public static let expectation =
        "1 to 63 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen"

    public init?(_ raw: some StringProtocol) {
        let bytes = raw.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first,
            let last = bytes.dropFirst(bytes.count - 1).first,
            Self.isLetter(first), Self.isLetter(last) || Self.isDigit(last),
            bytes.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        text = String(raw)
    }

    public var description: String { text }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// How a client names a thing: by its id, or by its human name.
public enum Reference<Subject: Identified>: Hashable, Sendable {
    case id(ID<Subject>)
    case name(ResourceName)

    public init?(_ raw: some StringProtocol) {
        if let id = ID<Subject>(raw) {
            self = .id(id)
        } else if let name = ResourceName(raw) {
            self = .name(name)
        } else {
            return nil
        }
    }
}
