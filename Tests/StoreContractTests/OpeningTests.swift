import Connectivity
import ControlPlane
import Foundation
import GRDB
import Logging
import Testing

@testable import Persistence

@Suite struct OpeningTests {
    @Test func aSecondServerIsRefusedAtOnce() async throws {
        try await withDatabase { folder in
            let first = try folder.open()
            let error = #expect(throws: StoreOpenError.inUse(path: folder.database)) { try folder.open() }
            #expect(error?.description.contains("in use by another Postern server") == true)
            #expect(throws: StoreOpenError.inUse(path: folder.database)) {
                try SQLiteStore.migrate(path: folder.database)
            }
            first.close()
            try await folder.open().checkWritable()
        }
    }

    @Test func whatWasWrittenIsThereTheNextTime() async throws {
        try await withDatabase { folder in
            let first = try folder.open()
            try await first.write { try $0.insert(GroupCommitTests.team(1)) }
            first.close()
            #expect(!FileManager.default.fileExists(atPath: folder.path("postern.sqlite-wal")))
            let team = try await folder.open().read { try $0.find(GroupCommitTests.team(1).id) }
            #expect(team == GroupCommitTests.team(1))
        }
    }

    @Test func onlyTheServersUserReadsTheFiles() async throws {
        try await withDatabase { folder in
            try await folder.open().checkWritable()
            try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            for name in ["postern.sqlite", "postern.sqlite-wal", "postern.sqlite.lock", "copy.sqlite"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test func aNewerDatabaseIsRefusedWithBothVersions() async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.execute("PRAGMA user_version = 41")
            let refusal = StoreOpenError.newer(path: folder.database, found: 41, known: Schema.newestVersion)
            let error = #expect(throws: refusal) { try folder.open() }
            #expect(error?.description.contains("41") == true)
            #expect(error?.description.contains("up to \(Schema.newestVersion)") == true)
            #expect(throws: refusal) { try folder.openBesideServer() }
            #expect(throws: refusal) {
                try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
            }
        }
    }

    @Test func whatIsNoDatabaseIsRefused() async throws {
        try await withDatabase { folder in
            try Data("not a database, but long enough to be looked at".utf8).write(to: URL(filePath: folder.database))
            #expect(throws: StoreOpenError.notADatabase(path: folder.database)) { try folder.open() }
            #expect(throws: StoreOpenError.notADatabase(path: folder.database)) { try folder.openBesideServer() }
        }
    }

    @Test func anotherProgramsDatabaseIsRefused() async throws {
        try await withDatabase { folder in
            try folder.execute("CREATE TABLE theirs (id INTEGER)")
            #expect(throws: StoreOpenError.foreign(path: folder.database)) { try folder.open() }
        }
    }

    @Test(arguments: ["cut", "overwritten", "a table lost"])
    func aDamagedDatabaseIsRefused(_ damage: String) async throws {
        try await withDatabase { folder in
            try folder.open().close()
            switch damage {
            case "cut": try folder.rewrite { $0.prefix($0.count / 2) }
            case "overwritten": try folder.rewrite { $0.prefix(100) + Data(repeating: 0xFF, count: $0.count - 100) }
            default: try folder.execute("DROP TABLE approval")
            }
            let error = #expect(throws: StoreOpenError.self) { try folder.open() }
            guard case .damaged? = error else {
                Issue.record("refused as \(String(describing: error))")
                return
            }
            #expect(error?.description.contains("restore the latest backup") == true)
        }
    }

    @Test func aPathThatCannotBeWrittenIsRefused() async throws {
        try await withDatabase { folder in
            let reasons = [
                folder.path("missing/postern.sqlite"): "cannot be written (No such file",
                folder.url.path: "it is a folder",
            ]
            for (path, reason) in reasons {
                let error = #expect(throws: StoreOpenError.self) {
                    try SQLiteStore(path: path, logger: Logger(label: "test"))
                }
                #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
            }
        }
    }

    @Test func migratingMakesWhatIsMissing() async throws {
        try await withDatabase { folder in
            #expect(try SQLiteStore.migrate(path: folder.database) == (0, Schema.newestVersion))
            #expect(try SQLiteStore.migrate(path: folder.database) == (Schema.newestVersion, Schema.newestVersion))
            try await folder.openBesideServer().checkWritable()
        }
    }

    @Test func besideAServerTablesAreNeverChanged() async throws {
        try await withDatabase { folder in
            #expect(throws: StoreOpenError.missing(path: folder.database)) { try folder.openBesideServer() }
            #expect(!FileManager.default.fileExists(atPath: folder.database))
            try folder.makeFirstVersion()
            #expect(
                throws: StoreOpenError.outdated(path: folder.database, found: 1, known: Schema.newestVersion)
            ) { try folder.openBesideServer() }
        }
    }

    @Test func besideAServerTransactionsTakeTurnsWithIts() async throws {
        try await withDatabase { folder in
            let server = try folder.open()
            let beside = try folder.openBesideServer()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    let store = number.isMultiple(of: 20) ? beside : server
                    group.addTask { try await store.write { try $0.insert(GroupCommitTests.team(number)) } }
                }
                try await group.waitForAll()
            }
            beside.close()
            #expect(try await server.read { try $0.teams(Page(limit: .max)).count } == 200)
        }
    }
}

extension DatabaseFolder {
    /// As another program would.
    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// A database as the first release made it.
    func makeFirstVersion() throws {
        try execute(Schema.migration1)
        try execute("PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1")
    }

    func rewrite(_ change: (Data) -> Data) throws {
        let file = URL(filePath: database)
        try change(Data(contentsOf: file)).write(to: file)
    }
}
