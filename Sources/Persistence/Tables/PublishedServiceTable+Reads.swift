import Connectivity
import ControlPlane

extension SQLiteReading {
    func find(_ id: ID<PublishedService>) throws -> PublishedService? {
        func load() throws -> PublishedService? {
            try session.first(
                PublishedServiceTable.text.findByID, [id],
                PublishedServiceTable.decode)
        }
        return try session.cache?.service(id, load) ?? load()
    }

    func findService(named name: ResourceName) throws -> PublishedService? {
        let id = try session.first("SELECT id FROM published_service WHERE name = $1", [name]) {
            try $0.next(ID<PublishedService>.self)
        }
        return try id.flatMap { try find($0) }
    }

    func openServices(of account: ID<CloudAccount>) throws -> [PublishedService] {
        try session.rows(
            """
            SELECT \(PublishedServiceTable.text.columns) FROM published_service
            WHERE account_id = $1 AND phase <> 'retired' ORDER BY id
            """,
            [account], PublishedServiceTable.decode)
    }

    func services(_ query: ServiceQuery, _ page: Page<ID<PublishedService>>) throws -> [PublishedService] {
        var filters: [Condition] = []
        if let provider = query.provider { filters.append(Condition("provider = ?", provider)) }
        if let phase = query.phase { filters.append(Condition("phase = ?", phase)) }
        var branches: [KeysetList<ID<PublishedService>>.Branch] = query.audience.branches(
            of: query.team, index: "published_service_by_team", column: "team_id")
        if case .teams(let teams) = query.audience {
            let seen = teams.sorted()
            if query.team == nil {
                branches.append(.init("published_service_public", Condition("visible_to IS NULL")))
                branches += seen.map { viewed(by: $0, filters) }
            } else {
                filters.append(
                    Condition(
                        """
                        (\(Condition.anyOf("team_id", in: seen).sql) OR visible_to IS NULL OR EXISTS (
                        SELECT 1 FROM service_viewer WHERE service_viewer.service_id = published_service.id
                        AND \(Condition.anyOf("service_viewer.team_id", in: seen).sql)))
                        """, all: seen + seen))
            }
        }
        return try KeysetList.newestFirst("published_service", page, branches: branches, filters: filters)
            .records(in: session, columns: PublishedServiceTable.text.columns, PublishedServiceTable.decode) {
                try find($0)
            }
    }

    /// The services that are shown to a team in particular.
    private func viewed(by team: ID<Team>, _ filters: [Condition]) -> KeysetList<ID<PublishedService>>.Branch {
        let checks = filters.map { filter in
            Condition(
                """
                EXISTS (SELECT 1 FROM published_service
                WHERE published_service.id = service_viewer.service_id AND \(filter.sql))
                """, all: filter.values)
        }
        return .init(
            nil, Condition("team_id = ?", team),
            detour: .init(table: "service_viewer", key: "service_id", filters: checks))
    }
}
