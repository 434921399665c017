/// One of `consumerAcceptLists`, with all that is in it: an entry that somebody else wrote goes back as it came.
struct AcceptEntry: Hashable, Sendable, Codable {
    private var fields: [String: JSONValue]

    init(_ name: ConsumerName, limit: Int) {
        fields = [name.field: .string(name.text), "connectionLimit": .integer(Int64(limit))]
    }

    init(from decoder: any Decoder) throws {
        fields = try decoder.singleValueContainer().decode([String: JSONValue].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(fields)
    }

    /// Whom it names; nil: it is of a kind that Postern does not know.
    var name: ConsumerName? {
        if let text = fields["projectIdOrNum"]?.string, !text.isEmpty { return .project(text) }
        if let text = fields["networkUrl"]?.string, !text.isEmpty { return .network(text) }
        if let text = fields["endpointUrl"]?.string, !text.isEmpty { return .endpoint(text) }
        return nil
    }

    /// `connectionLimit`; for a single endpoint it is one.
    var limit: Int {
        get { fields["connectionLimit"]?.integer ?? 1 }
        set { fields["connectionLimit"] = .integer(Int64(newValue)) }
    }
}

/// Whom an accept or a reject list names. A list holds names of one kind only.
enum ConsumerName: Hashable, Sendable {
    /// A project's id or its number.
    case project(String)
    /// A network's URL.
    case network(String)
    /// A forwarding rule's URL with its numeric id.
    case endpoint(String)

    enum Kind: Hashable, Sendable {
        case project, network, endpoint
    }

    /// An entry of `consumerRejectLists`, which are plain texts.
    init(rejected text: String) {
        if text.contains("/networks/") {
            self = .network(text)
        } else if text.contains("/forwardingRules/") {
            self = .endpoint(text)
        } else {
            self = .project(text)
        }
    }

    var kind: Kind {
        switch self {
        case .project: .project
        case .network: .network
        case .endpoint: .endpoint
        }
    }

    var text: String {
        switch self {
        case .project(let text), .network(let text), .endpoint(let text): text
        }
    }

    var field: String {
        switch self {
        case .project: "projectIdOrNum"
        case .network: "networkUrl"
        case .endpoint: "endpointUrl"
        }
    }
}
