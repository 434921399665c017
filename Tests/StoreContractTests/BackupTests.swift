import Connectivity
import ControlPlane
import Foundation
import GRDB
import Logging
import Testing

@testable import Persistence

@Suite struct BackupTests {
    @Test func aBackupUnderLoadIsOneWholeInstant() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let (source, destination) = (folder.database, folder.path("copy.sqlite"))
            for number in 0..<50 { try await Self.write(number, to: store) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 50..<400 { group.addTask { try await Self.write(number, to: store) } }
                group.addTask { try SQLiteStore.backup(from: source, to: destination) }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.teams(Page(limit: .max)).count } == 400)
            let copy = try SQLiteStore(path: folder.path("copy.sqlite"), logger: Logger(label: "test"))
            defer { copy.close() }
            let (teams, events) = try await copy.read { reader in
                (
                    try reader.teams(Page(limit: .max)).count,
                    try reader.events(.init(audience: .everything), Page(limit: .max))
                )
            }
            #expect(teams >= 50)
            // Each transaction wrote one of each.
            #expect(events.map(\.sequence) == Array(1...teams))
            try await copy.checkWritable()
            let check = try await copy.inspect {
                try $0.first("PRAGMA integrity_check", []) { try $0.next(String.self) }
            }
            #expect(check == "ok")
        }
    }

    @Test func aBackupReplacesNothing() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            let destination = folder.path("copy.sqlite")
            try Data("precious".utf8).write(to: URL(filePath: destination))
            #expect(throws: StoreOpenError.destinationExists(path: destination)) {
                try SQLiteStore.backup(from: folder.database, to: destination)
            }
            #expect(try Data(contentsOf: URL(filePath: destination)) == Data("precious".utf8))
        }
    }

    @Test func aBackupLeavesNothingElseBehind() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
            #expect(files.filter { $0.hasPrefix("copy") } == ["copy.sqlite"])
            #expect(throws: StoreOpenError.self) {
                try SQLiteStore.backup(from: folder.database, to: folder.path("missing/copy.sqlite"))
            }
            #expect(throws: StoreOpenError.missing(path: folder.path("none.sqlite"))) {
                try SQLiteStore.backup(from: folder.path("none.sqlite"), to: folder.path("other.sqlite"))
            }
        }
    }

    @Test func aKilledBackupsLeftoversGoWithTheNext() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            for end in ["", "-journal", "-wal", "-shm"] {
                try Data("half".utf8).write(to: URL(filePath: folder.path("copy.sqlite.partial\(end)")))
            }
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            #expect(try folder.copies() == ["copy.sqlite"])
        }
    }

    @Test func whatAnotherBackupIsMakingIsLeftAlone() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            let unfinished = folder.path("copy.sqlite.partial")
            try Data("half".utf8).write(to: URL(filePath: unfinished))
            let other = open(unfinished, O_RDONLY)
            #expect(flock(other, LOCK_EX) == 0)
            let error = #expect(throws: StoreOpenError.self) {
                try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            }
            #expect(error?.description.contains("another backup") == true)
            #expect(try Data(contentsOf: URL(filePath: unfinished)) == Data("half".utf8))
            close(other)
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            #expect(try folder.copies() == ["copy.sqlite"])
        }
    }

    @Test func aFailedBackupLeavesNothingBehind() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.rewrite { $0.prefix(8192) + Data(repeating: 0xFF, count: $0.count - 8192) }
            #expect(throws: StoreOpenError.self) {
                try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            }
            #expect(try folder.copies() == [])
        }
    }

    @Test func aBackupIsNotMigrated() async throws {
        try await withDatabase { folder in
            try folder.makeFirstVersion()
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            for name in ["postern.sqlite", "copy.sqlite"] {
                let queue = try DatabaseQueue(path: folder.path(name))
                #expect(try queue.read { try Schema.version(of: $0) } == 1)
            }
        }
    }

    static func write(_ number: Int, to store: SQLiteStore) async throws {
        let team = GroupCommitTests.team(number)
        try await store.write { transaction in
            try transaction.insert(team)
            try transaction.append(
                EventDraft(
                    id: ID(at: team.createdAt, entropy: .init(high: 1, low: 0)), kind: .teamCreated,
                    at: team.createdAt, actor: .serverOperator, httpRequestID: nil, subjects: .init(teamID: team.id),
                    detail: [:]))
        }
    }
}

extension DatabaseFolder {
    fileprivate func copies() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasPrefix("copy") }.sorted()
    }
}
