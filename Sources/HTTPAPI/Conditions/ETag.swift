import ControlPlane

/// The entity tag of a thing's revision: `"7"`.
enum ETag {
    static func text(_ revision: Int) -> String { "\"\(revision)\"" }

    /// What `If-Match` asks for. A malformed or a weak tag matches nothing, so that a client which got its condition
    /// wrong changes nothing.
    static func precondition(ifMatch field: String?) -> Precondition {
        guard let field else { return .none }
        guard field.trimmed != "*" else { return .none }
        guard let tags = tags(field) else { return .anyOf([]) }
        return .anyOf(Set(tags.filter { !$0.isWeak }.compactMap { revision($0.opaque) }))
    }

    /// Whether `If-None-Match` says that the client has this revision already. The comparison is the weak one.
    static func isKnown(_ tag: String, ifNoneMatch field: String?) -> Bool {
        guard let field else { return false }
        if field.trimmed == "*" { return true }
        return tags(field)?.contains { "\"\($0.opaque)\"" == tag } ?? false
    }

    private static func revision(_ opaque: String) -> Int? {
        guard let revision = Int(opaque), String(revision) == opaque else { return nil }
        return revision
    }

    private struct Tag {
        let opaque: String
        let isWeak: Bool
    }

    /// The tags of a list such as `"3", W/"4"`; nil if it is not one.
    private static func tags(_ field: String) -> [Tag]? {
        var tags: [Tag] = []
        var rest = field.utf8[...]
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { return tags.isEmpty ? nil : tags }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == UInt8(ascii: "\"") else { return nil }
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")), let opaque = String(rest[..<end]) else {
                return nil
            }
            tags.append(Tag(opaque: opaque, isWeak: isWeak))
            rest = rest[rest.index(after: end)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
        }
    }
}

extension String {
    /// Without the spaces and tabs that HTTP allows around a field's value.
    var trimmed: Substring {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
