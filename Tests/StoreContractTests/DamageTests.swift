import Connectivity
import ControlPlane
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Persistence

/// The file is not what was written: never a crash, and nothing half-read.
@Suite struct DamageTests {
    private static let pageSize = 4096

    @Test func aDamagedPageFailsWhatReadsItAndNothingElse() async throws {
        try await withDatabase { folder in
            try await Self.fill(folder)
            let logs = Mutex<[String]>([])
            let store = try SQLiteStore(
                path: folder.database, settings: SQLiteSettings(readers: 1, writerCache: 64),
                logger: Logger(label: "test") { _ in CollectingLogHandler { line in logs.withLock { $0.append(line) } }
                })
            defer { store.close() }
            #expect(store.damage == nil)
            try folder.rewriteInPlace { Self.overwritePages(holding: "orders", in: &$0) }
            for _ in 0..<3 {
                for isWrite in [false, true] {
                    let error = await #expect(throws: StoreError.self) {
                        let teams: @Sendable (any StoreReader) throws -> [Team] = { try $0.teams(Page(limit: .max)) }
                        _ = isWrite ? try await store.write { try teams($0) } : try await store.read(teams)
                    }
                    guard case .damaged(let reason)? = error else {
                        Issue.record("damage is told as \(String(describing: error))")
                        return
                    }
                    #expect(reason.hasPrefix("the database is damaged: stop the server and restore the latest backup"))
                }
            }
            // The same connection reads what is whole.
            #expect(try await store.read { try $0.eventHead() }.sequence == 300)
            try await store.checkWritable()
            // It has met damage all the same, which is told once, and known from then on.
            let lines = logs.withLock { $0 }
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains("the database is damaged") }, "\(lines)")
            #expect(store.damage?.hasPrefix("the database is damaged: stop the server") == true)
            let destination = folder.path("copy.sqlite")
            let refusal = #expect(throws: StoreOpenError.self) {
                try SQLiteStore.backup(from: folder.database, to: destination)
            }
            guard case .damaged? = refusal else {
                Issue.record("a damaged database was backed up: \(String(describing: refusal))")
                return
            }
            #expect(!FileManager.default.fileExists(atPath: destination))
        }
    }

    /// Anywhere in the file: it is refused, or serves what it can, and what it serves from the log is told from what was
    /// written.
    @Test func aFlippedBitIsRefusedOrServedAround() async throws {
        try await withDatabase { folder in
            try await Self.fill(folder)
            let whole = try Data(contentsOf: URL(filePath: folder.database))
            var random = SeededGenerator(seed: 5)
            var (refused, unavailable, tampered, unnoticed) = (0, 0, 0, 0)
            for _ in 0..<150 {
                let (offset, bit) = (
                    Int.random(in: 0..<whole.count, using: &random), UInt8.random(in: 0..<8, using: &random)
                )
                try folder.rewrite { _ in
                    var flipped = whole
                    flipped[offset] ^= 1 << bit
                    return flipped
                }
                do {
                    let store = try folder.open()
                    defer { store.close() }
                    _ = try await EventLogCheck().run(on: store)
                    _ = try await store.read { try $0.teams(Page(limit: .max)) }
                    try await store.checkWritable()
                    unnoticed += 1
                } catch is StoreOpenError {
                    refused += 1
                } catch is StoreError {
                    unavailable += 1
                } catch is EventLogFault {
                    tampered += 1
                }
                for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + end) }
            }
            print(
                "Flipped bits: \(refused) refused, \(unavailable) unavailable, \(tampered) in the log, \(unnoticed) in texts or unused bytes"
            )
            #expect(refused > 5)
            #expect(tampered > 5)
        }
    }

    @Test func aBackupBesideTheLogOfAnotherIsRefused() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            try await BackupTests.write(1, to: store)
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            try await BackupTests.write(2, to: store)
            let log = try Data(contentsOf: URL(filePath: folder.path("postern.sqlite-wal")))
            store.close()
            try FileManager.default.removeItem(atPath: folder.database)
            try FileManager.default.copyItem(atPath: folder.path("copy.sqlite"), toPath: folder.database)
            try log.write(to: URL(filePath: folder.path("postern.sqlite-wal")))
            let error = #expect(throws: StoreOpenError.leftoverLog(path: folder.database)) { try folder.open() }
            #expect(error?.description.contains("remove \(folder.database)-wal") == true)
            try FileManager.default.removeItem(atPath: folder.path("postern.sqlite-wal"))
            let restored = try folder.open()
            #expect(try await restored.read { try $0.eventHead() }.sequence == 1)
            try await BackupTests.write(3, to: restored)
        }
    }

    /// A column's name that a flipped bit has changed, a guard that somebody has taken the teeth of, and the like.
    @Test(arguments: [
        ("ALTER TABLE team RENAME COLUMN contact TO contacu", "team"),
        (
            "DROP TRIGGER event_stays; CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT 1; END",
            "event_stays"
        ),
        ("DROP INDEX endpoint_due; CREATE INDEX endpoint_due ON endpoint (due_at)", "endpoint_due"),
        ("CREATE TRIGGER swallow BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END", "swallow"),
    ])
    func aChangedSchemaIsRefused(_ sql: String, _ name: String) async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.execute(sql)
            for use in [DatabaseUse.serve, .migrate, .token, .backup] {
                let error = #expect(throws: StoreOpenError.self) { try use.run(in: folder) }
                let line = error?.description ?? ""
                #expect(line.contains(" \(name) ") && line.contains("restore the latest backup"), "\(line)")
            }
        }
    }

    /// The tables of another SQLite release's ALTER TABLE are the same tables.
    @Test func howTheSchemaIsWrittenDoesNotMatter() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.execute(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(replace(sql, ',', ' ,\n'), 'CREATE TABLE team ', 'CREATE  TABLE "team"');
                PRAGMA writable_schema = OFF;
                """)
            try await folder.open().checkWritable()
        }
    }

    /// Too large to be looked through at every start: whoever reads it, or a backup, finds it.
    @Test func aBackupOfALargeDatabaseComparesItsIndexes() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.execute(
                """
                INSERT INTO team (id, name, created_at, updated_at, revision) VALUES ('t1', 'payments', 0, 0, 1);
                INSERT INTO team (id, name, description, created_at, updated_at, revision)
                    VALUES ('t2', 'orders', printf('%.*c', 70000000, 'x'), 0, 0, 1);
                """)
            try SQLiteStore.backup(from: folder.database, to: folder.path("whole.sqlite"))
            // In the index of names, and not in the table.
            try folder.rewrite { content in
                var changed = content
                var rest = content.startIndex..<content.endIndex
                while let found = changed.range(of: Data("payments".utf8), in: rest) {
                    if content[found.lowerBound / Self.pageSize * Self.pageSize] == 0x0A {
                        changed.replaceSubrange(found, with: Data("paymenta".utf8))
                    }
                    rest = found.upperBound..<content.endIndex
                }
                return changed
            }
            let error = #expect(throws: StoreOpenError.self) {
                try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            }
            #expect(error?.description.contains("is damaged") == true)
        }
    }

    private static func fill(_ folder: DatabaseFolder) async throws {
        let store = try folder.open()
        let samples = StoreSamples()
        for _ in 0..<300 {
            try await store.write { transaction in
                var team = samples.team()
                team.description = String(repeating: "orders ", count: 50)
                try transaction.insert(team)
                try transaction.append(samples.event(.teamCreated, about: .init(teamID: team.id)))
            }
        }
        store.close()
    }

    private static func overwritePages(holding text: String, in content: inout Data) {
        for start in stride(from: pageSize, to: content.count, by: pageSize) {
            let page = start..<start + pageSize
            guard content[page].range(of: Data(text.utf8)) != nil else { continue }
            content.replaceSubrange(page, with: Data(repeating: 0xA5, count: pageSize))
        }
    }
}

extension DatabaseFolder {
    /// Changes the file that others have open.
    fileprivate func rewriteInPlace(_ change: (inout Data) -> Void) throws {
        var content = try Data(contentsOf: URL(filePath: database))
        change(&content)
        let file = try FileHandle(forUpdating: URL(filePath: database))
        try file.write(contentsOf: content)
        try file.close()
    }
}

struct CollectingLogHandler: LogHandler {
    var logLevel: Logger.Level = .error
    var metadata: Logger.Metadata = [:]
    let collect: @Sendable (String) -> Void

    init(_ collect: @escaping @Sendable (String) -> Void) { self.collect = collect }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { collect("\(event.message) \(event.metadata ?? [:])") }
}
