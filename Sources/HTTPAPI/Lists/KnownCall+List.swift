import Connectivity
import ControlPlane
import HTTPTypes

/// An entry of a list.
protocol Listed: JSONWritable, Sendable {
    associatedtype Position: PagePosition
    /// Its place in the list.
    var position: Position { get }
}

extension KnownCall {
    /// Answers with a part of a list.
    /// - Parameters:
    ///   - filters: reads them from the query.
    ///   - entries: what the store has on the page.
    func list<Filters: Sendable, Entry: Listed>(
        _ filters: (inout QueryReader) -> Filters,
        _ entries: @escaping @Sendable (any StoreReader, Filters, Page<Entry.Position>) throws -> [Entry]
    ) async throws -> Reply {
        var query = QueryReader(call.query)
        let page = ListPage<Entry.Position>(call, &query)
        let filters = filters(&query)
        try query.finish()
        return try await read { reader in
            do {
                return page.reply(try entries(reader, filters, page.page))
            } catch is NamesNothing {
                return page.reply([Entry]())
            }
        }
    }

    /// The same, for a list without filters.
    func list<Entry: Listed>(
        _ entries: @escaping @Sendable (any StoreReader, Page<Entry.Position>) throws -> [Entry]
    ) async throws -> Reply {
        try await list({ _ in }, { reader, _, page in try entries(reader, page) })
    }
}

extension ListPage {
    /// - Parameter entries: those of `page`, the one too many included.
    func reply<Entry: Listed>(_ entries: [Entry]) -> Reply where Entry.Position == Position {
        let shown = entries.prefix(limit)
        let next = entries.count > limit ? shown.last.map { cursor(after: $0.position) } : nil
        var json = JSONWriter(reserving: 256 + shown.count * 1024)
        json.object { json in
            json.member("data", shown)
            json.member("next_cursor", next)
        }
        var reply = Reply(status: .ok, body: json.bytes, contentType: "application/json")
        if let next { reply.headers[.link] = "<\(target(cursor: next))>; rel=\"next\"" }
        return reply
    }
}

/// A filter names a thing that does not exist: so nothing is listed.
private struct NamesNothing: Error {}

extension StoreReader {
    /// The id that a filter means; nil without a filter.
    func id(of team: Reference<Team>?) throws -> ID<Team>? {
        try id(of: team) { try findTeam(named: $0)?.id }
    }

    func id(of account: Reference<CloudAccount>?) throws -> ID<CloudAccount>? {
        try id(of: account) { try findAccount(named: $0)?.id }
    }

    func id(of service: Reference<PublishedService>?) throws -> ID<PublishedService>? {
        try id(of: service) { try findService(named: $0)?.id }
    }

    private func id<Subject>(
        of reference: Reference<Subject>?, _ find: (ResourceName) throws -> ID<Subject>?
    ) throws -> ID<Subject>? {
        switch reference {
        case nil: return nil
        case .id(let id): return id
        case .name(let name):
            guard let id = try find(name) else { throw NamesNothing() }
            return id
        }
    }
}
