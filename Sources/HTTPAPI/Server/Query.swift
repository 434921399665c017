/// The query of a URI, as ordered pairs. A `+` is a space, as forms have it; an ISO offset needs `%2B`.
struct Query: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// Percent-decoded, in the order in which they came; those at fault are missing.
    let items: [Item]
    /// Items that cannot be decoded: for the handler to throw with its own, as `invalid_query`.
    let faults: [Problem.Fault]

    init(_ text: Substring?) {
        var items: [Item] = []
        var faults: [Problem.Fault] = []
        for part in (text ?? "").split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncoding.decode(halves[0], plusIsSpace: true)
            let value = halves.count == 1 ? "" : PercentEncoding.decode(halves[1], plusIsSpace: true)
            if let name, let value {
                items.append(Item(name: name, value: value))
            } else {
                faults.append(.init(.parameter(name ?? String(halves[0])), "This is not valid percent-encoded UTF-8."))
            }
        }
        self.items = items
        self.faults = faults
    }
}
