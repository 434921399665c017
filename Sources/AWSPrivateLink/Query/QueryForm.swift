import CloudTransport

/// The parameters of a call to one of AWS's query APIs, in order.
struct QueryForm: Hashable, Sendable {
    private(set) var fields: [Field] = []

    struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    init() {}

    init(_ fields: KeyValuePairs<String, String>) { self.fields = fields.map { Field(name: $0.key, value: $0.value) } }

    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append(Field(name: name, value: value)) }
    }

    /// Adds `name.1`, `name.2`, ….
    mutating func add(_ name: String, each values: [String]) {
        for (index, value) in values.enumerated() { add("\(name).\(index + 1)", value) }
    }

    /// Adds a filter that any of `values` satisfies.
    mutating func addFilter(_ name: String, _ values: [String]) {
        let number = fields.filter { $0.name.hasPrefix("Filter.") && $0.name.hasSuffix(".Name") }.count + 1
        add("Filter.\(number).Name", name)
        add("Filter.\(number).Value", each: values)
    }

    /// Adds the tags that what is made gets.
    mutating func addTags(_ tags: KeyValuePairs<String, String>, to resourceType: String) {
        add("TagSpecification.1.ResourceType", resourceType)
        for (index, tag) in tags.enumerated() {
            add("TagSpecification.1.Tag.\(index + 1).Key", tag.key)
            add("TagSpecification.1.Tag.\(index + 1).Value", tag.value)
        }
    }

    /// `application/x-www-form-urlencoded`, as it is sent.
    var encoded: String {
        fields.map { "\($0.name.percentEncoded())=\($0.value.percentEncoded())" }.joined(separator: "&")
    }
}
