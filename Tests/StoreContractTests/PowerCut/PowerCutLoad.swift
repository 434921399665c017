import Connectivity
import ControlPlane
import Persistence

/// One client that changes the store, until it cannot be written any more if not before.
struct PowerCutLoad {
    let store: SQLiteStore
    let ledger: Ledger
    var random: SeededGenerator
    private var mine: [ID<Team>] = []

    private struct Abandoned: Error {}

    init(store: SQLiteStore, ledger: Ledger, random: SeededGenerator) {
        self.store = store
        self.ledger = ledger
        self.random = random
    }

    /// Runs many of them side by side.
    static func run(clients: Int, changes: Int, on store: SQLiteStore, _ ledger: Ledger, seed: UInt64) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                let random = SeededGenerator(seed: seed &+ UInt64(client))
                group.addTask {
                    var load = PowerCutLoad(store: store, ledger: ledger, random: random)
                    try await load.run(changes)
                }
            }
            try await group.waitForAll()
        }
    }

    private mutating func run(_ changes: Int) async throws {
        do {
            for _ in 0..<changes { try await change() }
        } catch StoreError.unavailable {}
    }

    private mutating func change() async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: try await fail()
        case 1: _ = try await store.read { try $0.teams(Page(limit: 20)) }
        case 2...4:
            if let id = mine.randomElement(using: &random) {
                try await update(id)
            } else {
                try await insert()
            }
        default: try await insert()
        }
    }

    /// Several teams, or none.
    private mutating func insert() async throws {
        let text = text()
        let teams = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            var team = ledger.newTeam()
            team.description = text
            ledger.attempt(team)
            return team
        }
        let head = try await store.write { transaction in
            for team in teams {
                try transaction.insert(team)
                try transaction.append(Self.event(.teamCreated, team))
            }
            return try transaction.eventHead()
        }
        ledger.acknowledge(teams, head)
        mine += teams.map(\.id)
    }

    private mutating func update(_ id: ID<Team>) async throws {
        let text = text()
        let (team, head) = try await store.write { [ledger] transaction in
            guard var team = try transaction.find(id) else { throw Ledger.Loss(description: "\(id) is gone") }
            team.description = text
            team.revision += 1
            ledger.attempt(team)
            try transaction.update(team)
            try transaction.append(Self.event(.teamChanged, team))
            return (team, try transaction.eventHead())
        }
        ledger.acknowledge([team], head)
    }

    private func fail() async throws {
        let team = ledger.newTeam()
        do {
            try await store.write { transaction in
                try transaction.insert(team)
                try transaction.append(Self.event(.teamCreated, team))
                throw Abandoned()
            }
        } catch is Abandoned {}
    }

    /// Of none, one or several pages; no two are alike, so that a page of another is noticed.
    private mutating func text() -> String {
        let word = String(random.next(), radix: 36)
        return String(repeating: "\(word) ", count: [1, 60, 350, 1500].randomElement(using: &random) ?? 1)
    }

    private static func event(_ kind: Event.Kind, _ team: Team) -> EventDraft {
        EventDraft(
            id: ID(at: team.createdAt, entropy: .init(high: 1, low: UInt64(team.revision))), kind: kind,
            at: team.createdAt, actor: .serverOperator, httpRequestID: nil, subjects: .init(teamID: team.id),
            detail: ["revision": "\(team.revision)"])
    }
}
