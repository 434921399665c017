/// Where a JSON text breaks the rules, and which.
struct JSONFault: Error, Hashable {
    /// RFC 6901, of the innermost value that had begun: `/policy/accept_list/teams/0`.
    private(set) var pointer: String
    /// In bytes from the start of the text.
    let offset: Int
    let detail: String

    init(at offset: Int, _ detail: String) {
        pointer = ""
        self.offset = offset
        self.detail = detail
    }

    /// The same fault, seen from the object that has the value as its member.
    func inMember(_ name: String) -> Self { prefixed(JSONPointer.token(name)) }

    func inElement(_ index: Int) -> Self { prefixed("/\(index)") }

    private func prefixed(_ token: String) -> Self {
        var copy = self
        copy.pointer = token + pointer
        return copy
    }
}

/// RFC 6901.
enum JSONPointer {
    /// A name as one step of a pointer, slash included.
    static func token(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return "/" + name
        }
        var token = "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
