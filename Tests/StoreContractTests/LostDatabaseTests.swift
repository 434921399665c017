import Connectivity
import ControlPlane
import Foundation
import GRDB
import Logging
import Testing

@testable import Persistence

/// Where a database stood and is no more, nobody makes an empty one in its place.
@Suite struct LostDatabaseTests {
    @Test(arguments: DatabaseUse.allCases)
    func anEmptyFileIsRefused(_ use: DatabaseUse) async throws {
        try await withDatabase { folder in
            try folder.open().close()
            try folder.rewrite { _ in Data() }
            let error = #expect(throws: StoreOpenError.self) { try use.run(in: folder) }
            let line = error?.description ?? ""
            #expect(line.contains("is empty") && line.contains("restore the latest backup"), "\(line)")
            #expect(try folder.size("postern.sqlite") == 0)
            #expect(!FileManager.default.fileExists(atPath: folder.path("copy.sqlite")))
        }
    }

    @Test(arguments: DatabaseUse.allCases, [false, true])
    func aLogWithoutItsDatabaseIsRefused(_ use: DatabaseUse, isEmptied: Bool) async throws {
        try await withDatabase { folder in
            let log = try await folder.leaveLog()
            if isEmptied {
                try folder.rewrite { _ in Data() }
            } else {
                try FileManager.default.removeItem(atPath: folder.database)
            }
            let error = #expect(throws: StoreOpenError.self) { try use.run(in: folder) }
            let line = error?.description ?? ""
            #expect(line.contains("\(folder.database)-wal") && line.contains("restore the latest backup"), "\(line)")
            #expect(try Data(contentsOf: URL(filePath: folder.path("postern.sqlite-wal"))) == log)
            #expect(FileManager.default.fileExists(atPath: folder.database) == isEmptied)
            #expect(!FileManager.default.fileExists(atPath: folder.path("copy.sqlite")))
        }
    }

    /// As SQLite leaves it where the log with all that was written is lost.
    @Test(arguments: DatabaseUse.allCases)
    func aDatabaseWithoutTablesIsRefused(_ use: DatabaseUse) async throws {
        try await withDatabase { folder in
            try folder.execute("PRAGMA journal_mode = WAL")
            #expect(try folder.size("postern.sqlite") > 0)
            let error = #expect(throws: StoreOpenError.self) { try use.run(in: folder) }
            #expect(error?.description.contains("is empty") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: DatabaseUse.allCases)
    func aLinkToNothingIsRefused(_ use: DatabaseUse) async throws {
        try await withDatabase { folder in
            let target = folder.path("elsewhere.sqlite")
            try FileManager.default.createSymbolicLink(atPath: folder.database, withDestinationPath: target)
            let error = #expect(throws: StoreOpenError.self) { try use.run(in: folder) }
            #expect(error?.description.contains("a link to a file that is not there") == true)
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }

    /// The first start can be killed while it makes the file, or between that and all that follows.
    @Test func aFirstStartThatWasKilledStartsAgain() async throws {
        for made in [0, 1, 4096, 50_000] {
            try await withDatabase { folder in
                try Data().write(to: URL(filePath: folder.path("postern.sqlite.lock")))
                try Data(repeating: 7, count: made).write(to: URL(filePath: folder.path("postern.sqlite.new")))
                try await folder.open().checkWritable()
                #expect(!FileManager.default.fileExists(atPath: folder.path("postern.sqlite.new")))
            }
        }
    }

    /// All of it stands in the file before anything is written to the log.
    @Test func aNewDatabaseIsWholeWithoutItsLog() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            try await BackupTests.write(1, to: store)
            let file = try Data(contentsOf: URL(filePath: folder.database))
            store.close()
            try file.write(to: URL(filePath: folder.path("other.sqlite")))
            let other = try SQLiteStore.openBesideServer(
                path: folder.path("other.sqlite"), logger: Logger(label: "test"))
            defer { other.close() }
            #expect(try await other.read { try $0.eventHead() }.sequence == 0)
        }
    }

    /// What could not be looked at is neither missing nor to be moved away.
    @Test(arguments: DatabaseUse.allCases)
    func whatCannotBeReadSaysWhy(_ use: DatabaseUse) async throws {
        try await withDatabase { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.database, withDestinationPath: folder.database)
            let line = (#expect(throws: StoreOpenError.self) { try use.run(in: folder) })?.description ?? ""
            #expect(line.contains("cannot be read") && line.contains("symbolic links"), "\(line)")
            #expect(!line.contains("move it away") && !line.contains("There is no database"), "\(line)")
        }
    }
}

/// Who opens a database.
enum DatabaseUse: CaseIterable {
    case serve, migrate, token, verify, backup

    func run(in folder: DatabaseFolder) throws {
        switch self {
        case .serve: try folder.open().close()
        case .migrate: try SQLiteStore.migrate(path: folder.database)
        case .token: try folder.openBesideServer().close()
        case .verify:
            try SQLiteStore.openForReading(path: folder.database, logger: Logger(label: "test")).close()
        case .backup: try SQLiteStore.backup(from: folder.database, to: folder.path("copy.sqlite"))
        }
    }
}

extension DatabaseFolder {
    /// Writes something, and leaves the files as a server does that is killed.
    /// - Returns: the log, with what was written in it.
    func leaveLog() async throws -> Data {
        let store = try open()
        try await BackupTests.write(1, to: store)
        let log = try Data(contentsOf: URL(filePath: path("postern.sqlite-wal")))
        store.close()
        try log.write(to: URL(filePath: path("postern.sqlite-wal")))
        return log
    }
}
