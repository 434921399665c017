import Connectivity
import ControlPlane
import Dispatch
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Persistence

@Suite struct GroupCommitTests {
    @Test(arguments: [(128, 2), (8, 8), (1, 51)])
    func waitingTransactionsShareACommit(largestBatch: Int, commits: Int) async throws {
        try await withDatabase { folder in
            let store = try folder.open(SQLiteSettings(largestBatch: largestBatch))
            let teams = (0..<50).map { Self.team($0) }
            await store.hold(teams.map { team in { try $0.insert(team) } }) { outcomes in
                #expect(outcomes.allSatisfy { $0 == nil })
            }
            #expect(store.writeCounters == WriteCounters(commits: commits, transactions: 51))
            #expect(try await store.read { try $0.teams(Page(limit: 99)).count } == 50)
        }
    }

    @Test func switchedOffEachIsCommittedByItself() async throws {
        try await withDatabase { folder in
            let store = try folder.open(SQLiteSettings(groupCommit: false))
            await store.hold((0..<20).map { number in { try $0.insert(Self.team(number)) } })
            #expect(store.writeCounters == WriteCounters(commits: 21, transactions: 21))
        }
    }

    @Test func aLoneWriterWaitsForNobody() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            for number in 0..<10 { try await store.write { try $0.insert(Self.team(number)) } }
            #expect(store.writeCounters == WriteCounters(commits: 10, transactions: 10))
        }
    }

    @Test func nothingIsAcknowledgedBeforeItsCommit() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let outside = try DatabaseQueue(path: folder.database)
            let hasActed = Flag()
            let early = Mutex<[String]>([])
            await store.hold([
                { transaction in
                    try transaction.insert(Self.team(1))
                    transaction.afterCommit { hasActed.raise() }
                },
                { _ in
                    // In the same commit as the first, which has run.
                    if hasActed.isRaised { early.withLock { $0.append("action") } }
                    if try Self.countTeams(outside) > 0 { early.withLock { $0.append("row") } }
                },
            ])
            #expect(early.withLock { $0 } == [])
            #expect(hasActed.isRaised)
            #expect(try Self.countTeams(outside) == 1)
        }
    }

    @Test func everyAcknowledgedRowIsSeenFromOutside() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let outside = try DatabaseQueue(path: folder.database)
            for number in 1...20 {
                try await store.write { try $0.insert(Self.team(number)) }
                #expect(try Self.countTeams(outside) == number)
            }
        }
    }

    @Test func aFailingWriterLeavesItsNeighboursAndNoTraceInWhatTheyRead() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let scene = StoreScene()
            try await scene.enter(store)
            struct Refusal: Error {}
            await store.hold([
                { transaction in
                    _ = try transaction.find(scene.service.id)
                    try transaction.insert(Self.team(1))
                },
                { transaction in
                    var service = scene.service
                    service.phase = .attention
                    service.revision += 1
                    try transaction.update(service)
                    #expect(try transaction.find(service.id) == service)
                    throw Refusal()
                },
                { transaction in
                    #expect(try transaction.find(scene.service.id) == scene.service)
                    #expect(try transaction.findService(named: scene.service.name) == scene.service)
                    try transaction.insert(Self.team(2))
                },
            ]) { outcomes in
                #expect(outcomes[0] == nil && outcomes[1] is Refusal && outcomes[2] == nil)
            }
            #expect(try await store.read { try $0.teams(Page(limit: 9)).count } == 4)
        }
    }

    @Test func aCommitThatFailsIsNobodysSuccess() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let hasActed = Flag()
            await store.hold([
                { transaction in
                    try transaction.insert(Self.team(1))
                    transaction.afterCommit { hasActed.raise() }
                },
                { transaction in
                    // A broken reference that is looked at with the commit makes the commit fail.
                    let session = try #require(transaction as? SQLiteTransaction).session
                    try session.run("PRAGMA defer_foreign_keys = ON")
                    try session.run("INSERT INTO service_viewer (team_id, service_id) VALUES ('nobody', 'nothing')")
                },
                { _ in throw StoreError.duplicate },
            ]) { outcomes in
                for outcome in outcomes { #expect(outcome.map(Self.isUnavailable) == true) }
            }
            #expect(!hasActed.isRaised)
            #expect(try await store.read { try $0.teams(Page(limit: 9)) } == [])
            try await store.write { try $0.insert(Self.team(2)) }
            #expect(try await store.read { try $0.teams(Page(limit: 9)).count } == 1)
        }
    }

    @Test func aFullDiskTakesBackWhatItMustAndNoMore() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let pages = try await store.inspect { try $0.first("PRAGMA page_count", []) { try $0.next(Int.self) } ?? 0 }
            _ = try await store.inspect {
                try $0.first("PRAGMA max_page_count = \(pages + 40)", []) { try $0.next(Int.self) }
            }
            let reasons = Mutex<[StoreError]>([])
            await store.hold([
                { try $0.insert(Self.team(1)) },
                { transaction in
                    do {
                        try transaction.keep(Self.reply(bytes: 1_000_000))
                    } catch let error as StoreError {
                        reasons.withLock { $0.append(error) }
                    }
                    // Swallowed: but nothing of this transaction can be kept any more.
                    #expect(throws: StoreError.self) { try transaction.insert(Self.team(2)) }
                },
                { try $0.insert(Self.team(3)) },
            ]) { outcomes in
                #expect(outcomes[1].map(Self.isUnavailable) == true)
                #expect(outcomes[2] == nil)
                // SQLite may have rolled back the first with the second; then it must not be acknowledged.
                let kept = try? await store.read { try $0.teams(Page(limit: 9)).map(\.id) }
                let first = outcomes[0] == nil ? [Self.team(1).id] : []
                #expect(kept == [Self.team(3).id] + first)
            }
            #expect(reasons.withLock { $0.count } == 1)
            try await store.checkWritable()
        }
    }

    @Test func closingWritesWhatWaits() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let gate = DispatchSemaphore(value: 0)
            let isBegun = Flag()
            async let held: Void = store.write { _ in
                isBegun.raise()
                gate.wait()
            }
            while !isBegun.isRaised { await Task.yield() }
            async let waiting: Void = store.write { try $0.insert(Self.team(1)) }
            while store.commits.waiting == 0 { await Task.yield() }
            DispatchQueue.global().async { gate.signal() }
            store.close()
            try await held
            try await waiting
            await #expect(throws: StoreError.self) { try await store.write { _ in } }
            await #expect(throws: StoreError.self) { try await store.read { _ in } }
            let next = try folder.open()
            #expect(try await next.read { try $0.teams(Page(limit: 9)).count } == 1)
        }
    }

    @Test func theLogIsMovedIntoTheDatabaseAndStaysBounded() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            for number in 0..<700 {
                try await store.write { try $0.keep(Self.reply(bytes: 200_000, key: "\(number % 7)")) }
            }
            // 140 MB were written; the log is begun anew at 64 MB.
            let log = try folder.size("postern.sqlite-wal")
            #expect(log < 100_000_000)
            #expect(try folder.size("postern.sqlite") > 1_000_000)
        }
    }

    static func team(_ number: Int) -> Team {
        let instant = Timestamp(milliseconds: 1_800_000_000_000 + Int64(number))
        let name = ResourceName("team-\(number)") ?? StoreScene().producer.name
        return Team(
            id: ID(at: instant, entropy: .init(high: 0, low: 0)), name: name, description: nil, contact: nil,
            createdAt: instant, updatedAt: instant)
    }

    private static func reply(bytes: Int, key: String = "k") -> StoredReply {
        StoredReply(
            key: key, subject: "ada", fingerprint: "f", status: 200, headers: [:],
            body: String(repeating: "x", count: bytes), createdAt: Timestamp(milliseconds: 1))
    }

    private static func countTeams(_ database: DatabaseQueue) throws -> Int {
        try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM team") ?? 0 }
    }

    private static func isUnavailable(_ error: any Error) -> Bool {
        if case .unavailable? = error as? StoreError { true } else { false }
    }
}

extension SQLiteStore {
    /// Holds the writer until all `bodies` wait, in their order, so that they go into one commit as far as they may.
    /// - Parameter check: gets each one's error, nil for a success.
    func hold(
        _ bodies: [@Sendable (any StoreTransaction) throws -> Void],
        _ check: ([(any Error)?]) async -> Void = { _ in }
    ) async {
        let gate = DispatchSemaphore(value: 0)
        let isHeld = Flag()
        let holder = Task {
            try await write { _ in
                isHeld.raise()
                gate.wait()
            }
        }
        while !isHeld.isRaised { await Task.yield() }
        let outcomes = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for (number, body) in bodies.enumerated() {
                group.addTask {
                    do {
                        try await self.write(body)
                        return (number, nil)
                    } catch {
                        return (number, error)
                    }
                }
                while commits.waiting <= number { await Task.yield() }
            }
            gate.signal()
            var outcomes = [(any Error)?](repeating: nil, count: bodies.count)
            for await (number, error) in group { outcomes[number] = error }
            return outcomes
        }
        let held = await holder.result
        #expect(throws: Never.self) { try held.get() }
        await check(outcomes)
    }
}

/// Something that has happened.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}
