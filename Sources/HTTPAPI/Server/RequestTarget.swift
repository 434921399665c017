/// The target of a request: a path, perhaps with a query.
struct RequestTarget {
    /// Percent-encoded.
    let path: Substring
    /// nil where there is no `?`.
    let query: Substring?

    /// Also takes the absolute form, `http://host/path`, that RFC 9112 wants every server to understand.
    init(_ text: String) {
        var rest = text[...]
        if Self.isAbsolute(text), let colon = text.firstIndex(of: ":") {
            let authority = text.index(colon, offsetBy: 3)
            rest = text[authority...].drop { $0 != "/" && $0 != "?" }
        }
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves.first ?? ""
        self.path = path.isEmpty ? "/" : path
        query = halves.count > 1 ? halves[1] : nil
    }

    static func isAbsolute(_ text: String) -> Bool {
        let scheme = text.prefix(8).lowercased()
        return scheme.hasPrefix("http://") || scheme.hasPrefix("https://")
    }
}
