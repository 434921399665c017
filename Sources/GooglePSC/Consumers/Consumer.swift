/// All names by which a list may mean one consumer.
struct Consumer: Hashable, Sendable {
    let projectID: String
    /// The project's number, where a list has numbers and Postern could find it out.
    let projectNumber: String?
    /// The network's canonical path, where it is known.
    let network: String?
    /// The endpoint with its numeric id, once it is connected.
    let endpointWithID: String?

    func isMeant(by name: ConsumerName) -> Bool {
        switch name {
        case .project(let text): Self.project(in: text) == projectID || text == projectNumber
        case .network(let text): ResourcePath.canonical(text) == network
        case .endpoint(let text): ResourcePath.canonical(text) == endpointWithID
        }
    }

    /// What a list of this kind calls it; nil: it has no such name yet.
    func name(of kind: ConsumerName.Kind) -> ConsumerName? {
        switch kind {
        case .project: .project(projectID)
        case .network: network.map { .network($0) }
        case .endpoint: endpointWithID.map { .endpoint($0) }
        }
    }

    /// `projects/<id>` is taken for `<id>`.
    private static func project(in text: String) -> String {
        text.hasPrefix("projects/") ? String(text.dropFirst("projects/".count)) : text
    }
}
