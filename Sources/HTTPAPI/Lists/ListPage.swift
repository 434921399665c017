import Connectivity
import ControlPlane

/// The part of a list that a client asks for: `limit`, `cursor`, and what the next one's link is made of.
struct ListPage<Position: PagePosition>: Sendable {
    let limit: Int
    let after: Position?
    private let cursor: PageCursor
    private let path: String
    private let filters: [Query.Item]
    private let writesLimit: Bool

    /// - Parameter query: takes the faults of `limit` and `cursor`.
    init(_ call: Call, _ query: inout QueryReader) {
        path = call.path
        filters = call.query.items.filter { $0.name != "limit" && $0.name != "cursor" }
        let list = filters.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.sorted()
        let cursor = PageCursor(list: path + "?" + list.joined(separator: "&"))
        let limit = query.value("limit", "an integer from 1 to \(Self.longest)") { text in
            Int(text: text).flatMap { (1...Self.longest).contains($0) ? $0 : nil }
        }
        after = query.value("cursor", "a next_cursor of this list, with the same filters") { cursor.position($0) }
        self.cursor = cursor
        self.limit = limit ?? Self.standard
        writesLimit = limit != nil
    }

    /// One more than the client sees: whether there is a next part.
    var page: Page<Position> { Page(limit: limit + 1, after: after) }

    func cursor(after position: Position) -> String { cursor.text(after: position) }

    /// A reference to the next part, for `Link`.
    func target(cursor: String) -> String {
        var items = filters
        if writesLimit { items.append(.init(name: "limit", value: String(limit))) }
        items.append(.init(name: "cursor", value: cursor))
        return path + "?"
            + items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }

    private static var longest: Int { 200 }
    private static var standard: Int { 50 }
}

extension PercentEncoding {
    /// Everything but RFC 3986's unreserved characters as `%XX`.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
