import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// Compute Engine's methods that Postern needs.
struct ComputeAPI: Sendable {
    let google: GoogleAPI

    /// A list is read to its end, but not for ever.
    var maximumPages = 1000

    func url(_ path: String) -> String { "\(google.settings.computeURL)/\(path)" }

    /// The resource; nil if it is not there.
    /// - Throws: `notFound` if the project itself is not there.
    func find<Resource: Decodable>(
        _ type: Resource.Type, _ path: ResourcePath, as party: Party
    ) async throws(CloudError) -> Resource? {
        do throws(CloudError) {
            return try await google.send(.get, url("\(path)"), for: type, about: "\(path)", as: party)
        } catch let error where error.kind == .notFound && !error.message.contains("'projects/\(path.project)'") {
            return nil
        }
    }

    /// All items of a list, page after page.
    func list<Item: Decodable & Sendable>(
        _ type: Item.Type, _ path: String, query: String = "", as party: Party
    ) async throws(CloudError) -> [Item] {
        try await pages(ListPage<Item>.self, path, query: query, as: party).flatMap { $0.items ?? [] }
    }

    /// `subnetworks.aggregatedList`: those of all regions.
    func subnetworks(of project: String, as party: Party) async throws(CloudError) -> [Subnetwork] {
        try await pages(SubnetworkPage.self, "projects/\(project)/aggregated/subnetworks", query: "", as: party)
            .flatMap { ($0.items ?? [:]).values.flatMap { $0.subnetworks ?? [] } }
    }

    /// Begins a change, or finds the operation that an earlier call with the same `step` began.
    /// - Parameter step: the words that tell this step from all others; see `RequestID`.
    func begin(
        _ method: CloudRequest.Method, _ path: String, body: Data? = nil, step: [String], as party: Party
    ) async throws(CloudError) -> Operation {
        let first = try await begin(method, path, body: body, requestID: RequestID.derived(from: step), as: party)
        guard first.isDone, first.error != nil else { return first }
        // A failure this soon is mostly an old one, told again: Google answers a known requestId with the operation that
        // it began. The minute keeps repeats of this second try together too.
        let minute = "\(google.environment.now().milliseconds / 60_000)"
        let requestID = RequestID.derived(from: step + [first.name, minute])
        return try await begin(method, path, body: body, requestID: requestID, as: party)
    }

    private func begin(
        _ method: CloudRequest.Method, _ path: String, body: Data?, requestID: String, as party: Party
    ) async throws(CloudError) -> Operation {
        try await google.send(
            method, url("\(path)?requestId=\(requestID)"), body: body, for: Operation.self, about: path, as: party)
    }

    /// - Throws: `unavailable` rather than a part of the list, which would tell that the rest is gone.
    private func pages<Page: PagedList>(
        _ type: Page.Type, _ path: String, query: String, as party: Party
    ) async throws(CloudError) -> [Page] {
        var pages: [Page] = []
        var token: String?
        repeat {
            var terms = query.isEmpty ? [] : [query]
            if let token { terms.append("pageToken=\(token.percentEncoded())") }
            let address = url(path) + (terms.isEmpty ? "" : "?" + terms.joined(separator: "&"))
            let page = try await google.send(.get, address, for: type, about: path, as: party)
            pages.append(page)
            token = page.nextPageToken.flatMap { $0.isEmpty ? nil : $0 }
            guard token == nil || pages.count < maximumPages else {
                throw CloudError(
                    kind: .unavailable,
                    message: "Google's list \(path) has no end after \(maximumPages) pages: nothing was read from it.",
                    side: party.side)
            }
        } while token != nil
        return pages
    }
}

/// A page of a list, with the way to the next.
protocol PagedList: Decodable, Sendable {
    var nextPageToken: String? { get }
}

extension ListPage: PagedList {}
extension SubnetworkPage: PagedList {}
