import Connectivity
import ControlPlane

private enum TeamTable {
    static let text = TableText(
        "team", columns: "id, name, description, contact, created_at, updated_at, revision", count: 7)

    static func decode(_ columns: inout Columns) throws -> Team {
        Team(
            id: try columns.next(), name: try columns.next(), description: try columns.next(),
            contact: try columns.next(), createdAt: try columns.next(), updatedAt: try columns.next(),
            revision: try columns.next())
    }
}

extension SQLiteReading {
    func find(_ id: ID<Team>) throws -> Team? {
        func load() throws -> Team? {
            try session.first(TeamTable.text.findByID, [id], TeamTable.decode)
        }
        return try session.cache?.team(id, load) ?? load()
    }

    func findTeam(named name: ResourceName) throws -> Team? {
        try session.first("SELECT \(TeamTable.text.columns) FROM team WHERE name = $1", [name], TeamTable.decode)
    }

    func teams(_ page: Page<ID<Team>>) throws -> [Team] {
        try KeysetList.newestFirst("team", page, branches: [.init(nil)], filters: [])
            .records(in: session, columns: TeamTable.text.columns, TeamTable.decode) { try find($0) }
    }
}

extension SQLiteTransaction {
    func insert(_ team: Team) throws {
        try session.run(
            TeamTable.text.insert,
            [team.id, team.name, team.description, team.contact, team.createdAt, team.updatedAt, team.revision])
    }

    func update(_ team: Team) throws {
        session.cache?.forget(team.id)
        try changeOne(
            """
            UPDATE team SET description = $1, contact = $2, updated_at = $3, revision = $4
            WHERE id = $5 AND revision = $6
            """,
            [team.description, team.contact, team.updatedAt, team.revision, team.id, team.revision - 1])
    }
}
