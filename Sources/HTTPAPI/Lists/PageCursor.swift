import Connectivity

/// Where the next part of a list begins, as a client carries it. It is opaque, and good for the list and the filters
/// that it was given for only: behind other filters its position would mean something else.
struct PageCursor {
    /// The list: its path and filters, without `limit` and `cursor`.
    let list: String

    func text(after position: some PagePosition) -> String {
        Base64URL.encode([Self.version] + binding + position.text.utf8)
    }

    /// nil if `text` is no cursor of this list.
    func position<Position: PagePosition>(_ text: String) -> Position? {
        guard text.utf8.count <= Self.longest, let bytes = Base64URL.decode(text), bytes.first == Self.version,
            bytes.dropFirst().starts(with: binding),
            let position = String(validating: bytes.dropFirst(1 + Self.bindingLength), as: UTF8.self)
        else { return nil }
        return Position(text: position)
    }

    private var binding: [UInt8] { Array(SHA256Text.hex(list.utf8).utf8.prefix(Self.bindingLength)) }

    /// A later version of the server may have to order a list in another way.
    private static let version: UInt8 = 1
    private static let bindingLength = 12
    static let longest = 2048
}

/// What tells the place of an entry in its list.
protocol PagePosition: Hashable, Sendable {
    init?(text: String)
    var text: String { get }
}

extension ID: PagePosition {
    init?(text: String) { self.init(text) }
}

extension Int: PagePosition {
    init?(text: String) {
        guard let value = Int(text), value >= 0, String(value) == text else { return nil }
        self = value
    }

    var text: String { String(self) }
}

extension String: PagePosition {
    init?(text: String) { self = text }
    var text: String { self }
}
