import Connectivity
import ControlPlane
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Persistence

/// The server checks its own log, a stretch at a time, while it works.
@Suite struct LogWatchTests {
    @Test func theWholeLogIsWalkedAndThenFollowed() async throws {
        try await Watched.withLog(of: 25) { watched in
            #expect(watched.watch.verification.state == .running)
            #expect(watched.watch.verification.checkedAt == nil)
            // Stretches of ten: the third comes to the end.
            for (look, through) in [10, 20].enumerated() {
                await watched.watch.look()
                #expect(watched.watch.verification.throughSequence == through, "look \(look)")
                #expect(watched.watch.verification.state == .running)
            }
            await watched.watch.look()
            #expect(watched.watch.verification.state == .intact)
            #expect(watched.watch.verification.throughSequence == 25)
            #expect(watched.watch.verification.checkedAt == watched.clock.now)
            try await watched.add(3)
            watched.clock.advance(by: .seconds(1))
            await watched.watch.look()
            #expect(watched.watch.verification.throughSequence == 28)
            #expect(watched.watch.verification.checkedAt == watched.clock.now)
            #expect(watched.errors.isEmpty)
        }
    }

    @Test func aStretchIsFollowedByARest() async throws {
        try await Watched.withLog(of: 25) { watched in
            let rest = await watched.watch.look()
            #expect(rest > .zero && rest <= .seconds(1))
            await watched.watch.look()
            #expect(await watched.watch.look() == .seconds(1), "at the end it waits for new events")
        }
    }

    @Test func anOldEventIsLookedAtAgainWhenItsTimeComes() async throws {
        try await Watched.withLog(of: 25) { watched in
            await watched.lookAtAll()
            try watched.folder.tamper("UPDATE event SET at = at + 1 WHERE sequence = 3")
            await watched.lookAtAll()
            #expect(watched.watch.verification.state == .intact, "what was checked is not checked all the time")
            watched.clock.advance(by: .seconds(3600))
            await watched.lookAtAll()
            #expect(watched.watch.verification.fault == .broken(.altered(sequence: 3)))
            #expect(watched.watch.verification.throughSequence == 2)
            #expect(watched.errors.count == 1)
            // It is found again, and told again, until it is as it was.
            watched.clock.advance(by: .seconds(3600))
            await watched.lookAtAll()
            #expect(watched.errors.count == 2)
            try watched.folder.execute("UPDATE event SET at = at - 1 WHERE sequence = 3")
            try await watched.add(1)
            await watched.lookAtAll()
            #expect(watched.watch.verification.state == .broken)
            watched.clock.advance(by: .seconds(3600))
            await watched.lookAtAll()
            #expect(watched.watch.verification.state == .intact)
            #expect(watched.watch.verification.throughSequence == 26)
        }
    }

    @Test(arguments: [
        ("DELETE FROM event WHERE sequence > 20", EventChain.Break.truncated(at: 20, expected: 25)),
        ("DELETE FROM event", .truncated(at: 0, expected: 25)),
        ("UPDATE event SET hash = '' WHERE sequence = 25", .rewritten(sequence: 25)),
        ("UPDATE event SET sequence = 40 WHERE sequence = 25", .outOfSequence(found: 41, expected: 25)),
    ])
    func theEndThatWasSeenMustStayThere(_ sql: String, _ fault: EventChain.Break) async throws {
        try await Watched.withLog(of: 25) { watched in
            await watched.lookAtAll()
            try watched.folder.tamper(sql)
            try await watched.add(1)
            await watched.watch.look()
            let found = watched.watch.verification
            #expect(found.state == .broken)
            // After an event was added at the end that was cut, that end is another one.
            if case .truncated(let last, _) = fault {
                #expect(found.fault == .broken(.truncated(at: last + 1, expected: 25)))
            } else {
                #expect(found.fault == .broken(fault))
            }
            // A log that is whole as far as it goes is no reason to forget.
            watched.clock.advance(by: .seconds(3600))
            await watched.lookAtAll()
            #expect(watched.watch.verification.state == .broken)
        }
    }

    @Test func aStoreThatCannotBeReadIsNoBrokenLog() async throws {
        try await Watched.withLog(of: 5) { watched in
            await watched.lookAtAll()
            watched.store.close()
            await watched.lookAtAll()
            #expect(watched.watch.verification.state == .intact)
            #expect(watched.errors.isEmpty)
        }
    }

    /// What goes on in a broken log has a chain of its own, from an event that names no hash before it.
    @Test func anEmptyHashIsNeverHandedOn() async throws {
        try await Watched.withLog(of: 5) { watched in
            try watched.folder.tamper("UPDATE event SET hash = '' WHERE sequence = 5")
            try await watched.add(2)
            let events = try await watched.store.read {
                try $0.events(EventQuery(audience: .everything), Page(limit: 10))
            }
            #expect(events.map(\.sequence) == Array(1...7))
            #expect(events[5].previousHash == EventChain.origin)
            #expect(events[6].previousHash == events[5].hash)
        }
    }

    @Test func behindTheLastNumberNothingIsWritten() async throws {
        try await Watched.withLog(of: 5) { watched in
            try watched.folder.tamper("UPDATE event SET sequence = \(Int.max) WHERE sequence = 5")
            for _ in 0..<3 {
                let error = await #expect(throws: StoreError.self) { try await watched.add(1) }
                guard case .damaged(let reason)? = error else {
                    Issue.record("refused as \(String(describing: error))")
                    return
                }
                #expect(reason.contains("no number after \(Int.max)"))
            }
            #expect(watched.store.damage != nil)
            #expect(watched.errors.count == 1)
            #expect(try await watched.store.read { try $0.eventHead().sequence } == Int.max)
            await watched.lookAtAll()
            #expect(watched.watch.verification.fault == .broken(.outOfSequence(found: .max, expected: 5)))
        }
    }

    @Test func itStopsWithItsTask() async throws {
        try await Watched.withLog(of: 25) { watched in
            let run = Task { [watch = watched.watch] in try await watch.run() }
            while watched.watch.verification.state == .running { await Task.yield() }
            run.cancel()
            try await run.value
        }
    }
}

/// A store with a log, and who watches it.
private final class Watched {
    let folder: DatabaseFolder
    let store: SQLiteStore
    let watch: LogWatch
    let clock = ManualClock()
    private let lines: LogLines
    private var count = 0

    var errors: [String] { lines.all }

    init(_ folder: DatabaseFolder) throws {
        let lines = LogLines()
        let logger = Logger(label: "test") { _ in CollectingLogHandler { lines.add($0) } }
        self.folder = folder
        self.lines = lines
        store = try SQLiteStore(path: folder.database, logger: logger)
        watch = LogWatch(
            store: store, environment: clock.environment,
            settings: LogWatchSettings(interval: .seconds(3600), stretch: 10), logger: logger)
    }

    static func withLog(of events: Int, _ body: (Watched) async throws -> Void) async throws {
        try await withDatabase { folder in
            let watched = try Watched(folder)
            defer { watched.store.close() }
            try await watched.add(events)
            try await body(watched)
        }
    }

    func add(_ events: Int) async throws {
        for _ in 0..<events {
            count += 1
            try await BackupTests.write(count, to: store)
        }
    }

    /// More looks than any of these logs has stretches.
    func lookAtAll() async {
        for _ in 0..<12 { await watch.look() }
    }
}

private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
