import Connectivity
import ControlPlane
import Synchronization
import TestSupport
import Testing

/// Made-up histories, told to the oracle and to SQLite alike: every answer is the same.
@Suite struct HistoryTests {
    private struct Abandoned: Error {}

    @Test(arguments: [StoreKind.groupCommit, .singleCommits], 0..<12 as Range<UInt64>)
    func sqliteAnswersAsTheOracle(_ kind: StoreKind, _ seed: UInt64) async throws {
        try await kind.withStore { store in
            let oracle = InMemoryStore()
            var history = History(seed: seed)
            for number in 0..<150 {
                let (steps, fails) = history.transaction()
                let expected = try await Self.run(steps, fails: fails, on: oracle)
                let answers = try await Self.run(steps, fails: fails, on: store)
                for (step, (expected, answer)) in zip(steps, zip(expected, answers)) where expected != answer {
                    Issue.record("seed \(seed), transaction \(number), \(step.name): \(answer) instead of \(expected)")
                    return
                }
            }
            try await Self.compare(store, oracle)
            let log = EventQuery(audience: .everything)
            let expected = try await oracle.read { try $0.events(log, Page(limit: .max)) }
            #expect(try await store.read { try $0.events(log, Page(limit: .max)) } == expected)
        }
    }

    /// Histories of which none knows the others share commits: together they leave what they leave one by one.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func interleavedHistoriesLeaveWhatTheyLeaveApart(_ seed: UInt64) async throws {
        try await StoreKind.groupCommit.withStore { store in
            let oracle = InMemoryStore()
            var histories = (0..<8).map { History(seed: seed * 100 + $0, firstRecord: Int($0) * 1_000_000) }
            for _ in 0..<25 {
                let transactions = histories.indices.map { histories[$0].transaction() }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (steps, fails) in transactions {
                        let changes = steps.filter { !$0.isShared }
                        group.addTask {
                            _ = try await Self.run(changes, fails: fails, on: store)
                            _ = try await Self.run(changes, fails: fails, on: oracle)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await Self.compare(store, oracle)
        }
    }

    private static func run(_ steps: [Step], fails: Bool, on store: any Store) async throws -> [Answer] {
        let answers = Mutex<[Answer]>([])
        do {
            try await store.write { transaction in
                let given = try steps.map { try $0.answer(in: transaction) }
                answers.withLock { $0 = given }
                if fails { throw Abandoned() }
            }
        } catch is Abandoned {}
        return answers.withLock { $0 }
    }

    /// Everything that is remembered, but for the order of events of transactions that ran side by side.
    private static func compare(_ store: any Store, _ oracle: any Store) async throws {
        let (found, expected) = (try await everything(in: store), try await everything(in: oracle))
        for (name, answer) in expected { #expect(found[name] == answer, "\(name)") }
    }

    private static func everything(in store: any Store) async throws -> [String: Answer] {
        try await store.read { reader in
            [
                "teams": .teams(try reader.teams(Page(limit: .max))),
                "tokens": .tokens(try reader.tokens(subject: nil, Page(limit: .max))),
                "accounts": .accounts(try reader.accounts(.init(audience: .everything), Page(limit: .max))),
                "networks": .networks(try reader.networks(.init(audience: .everything), Page(limit: .max))),
                "services": .services(try reader.services(.init(audience: .everything), Page(limit: .max))),
                "requests": .requests(try reader.requests(.init(audience: .everything), Page(limit: .max))),
                "approvals": .approvals(try reader.approvals(.init(audience: .everything), Page(limit: .max))),
                "endpoints": .endpoints(try reader.endpoints(.init(audience: .everything), Page(limit: .max))),
                "events": .yes(
                    try reader.events(.init(audience: .everything), Page(limit: .max)).enumerated()
                        .allSatisfy { $0 + 1 == $1.sequence }),
            ]
        }
    }
}
