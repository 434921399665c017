import Connectivity
import ControlPlane
import Synchronization

@testable import Persistence

/// What a store has acknowledged, kept where no power cut reaches it.
final class Ledger: Sendable {
    /// Something acknowledged is gone, or something is there that cannot be.
    struct Loss: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var teams = 0
        /// Revisions that were acknowledged.
        var revisions: [ID<Team>: Int] = [:]
        /// Everything that was ever to be kept, by what each revision was to say.
        var attempted: [ID<Team>: [Int: Team.Digest]] = [:]
        var head = EventChain.Head.empty
        var transactions = 0
    }

    private let state = Mutex(State())

    var transactions: Int { state.withLock { $0.transactions } }
    var head: EventChain.Head { state.withLock { $0.head } }

    /// A team that was not there before.
    func newTeam() -> Team {
        state.withLock { state in
            state.teams += 1
            return GroupCommitTests.team(state.teams)
        }
    }

    /// Notes what a transaction is to keep, before it is asked to.
    func attempt(_ team: Team) { state.withLock { $0.attempted[team.id, default: [:]][team.revision] = team.digest } }

    func acknowledge(_ teams: [Team], _ head: EventChain.Head) {
        state.withLock { state in
            state.transactions += 1
            for team in teams { state.revisions[team.id] = max(team.revision, state.revisions[team.id] ?? 0) }
            if head.sequence > state.head.sequence { state.head = head }
        }
    }

    /// Compares the store with what it has acknowledged, and with its own log.
    /// - Throws: `Loss`.
    func check(_ store: SQLiteStore) async throws {
        let integrity = try await store.inspect {
            try $0.rows("PRAGMA integrity_check", []) { try $0.next(String.self) }
        }
        guard integrity == ["ok"] else { throw Loss(description: "integrity: \(integrity.prefix(3))") }
        let head = head
        do {
            _ = try await EventLogCheck(expecting: head).run(on: store)
        } catch let fault as EventLogFault {
            throw Loss(description: "\(fault)")
        }
        let (teams, events) = try await store.read { reader in
            (
                try reader.teams(Page(limit: .max)),
                try reader.events(EventQuery(audience: .everything), Page(limit: .max))
            )
        }
        let found = Dictionary(uniqueKeysWithValues: teams.map { ($0.id, $0.revision) })
        let replayed = Dictionary(events.compactMap(Self.change), uniquingKeysWith: max)
        guard found == replayed else { throw Loss(description: "the teams are not what the log says") }
        try state.withLock { state throws(Loss) in
            for (id, revision) in state.revisions where (found[id] ?? 0) < revision {
                throw Loss(description: "\(id) is at \(found[id] ?? 0), and \(revision) was acknowledged")
            }
            for team in teams {
                guard let written = state.attempted[team.id]?[team.revision] else {
                    throw Loss(description: "a team is there whose transaction failed")
                }
                guard written == team.digest else {
                    throw Loss(description: "\(team.id) does not say what was written at revision \(team.revision)")
                }
            }
        }
    }

    private static func change(_ event: Event) -> (ID<Team>, Int)? {
        guard let id = event.subjects.teamID, let revision = event.detail["revision"].flatMap({ Int($0) }) else {
            return nil
        }
        return (id, revision)
    }
}

extension Team {
    /// Stands for all that a team says: the texts themselves would fill the memory.
    struct Digest: Hashable {
        private let value: Int
        fileprivate init(_ team: Team) { value = team.hashValue }
    }

    fileprivate var digest: Digest { Digest(self) }
}
