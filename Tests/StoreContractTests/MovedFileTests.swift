import Connectivity
import ControlPlane
import Foundation
import Testing

@testable import Persistence

/// Somebody moves the files of a running server: what would be lost is not acknowledged.
@Suite struct MovedFileTests {
    @Test(arguments: ["", "-wal", "-shm", ".lock"], [false, true])
    func nothingIsWrittenUntilTheFileIsBack(_ end: String, isReplaced: Bool) async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            try await BackupTests.write(1, to: store)
            let (path, aside) = (folder.database + end, folder.path("aside"))
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            if isReplaced { try FileManager.default.copyItem(atPath: aside, toPath: path) }
            for _ in 0..<2 {
                for attempt in [{ try await BackupTests.write(2, to: store) }, store.checkWritable] {
                    let error = await #expect(throws: StoreError.self) { try await attempt() }
                    guard case .unavailable(let reason)? = error else {
                        Issue.record("refused as \(String(describing: error))")
                        return
                    }
                    #expect(reason.contains(path) && reason.contains("removed or replaced"), "\(reason)")
                }
            }
            #expect(try await store.read { try $0.eventHead() }.sequence == 1)
            if isReplaced { try FileManager.default.removeItem(atPath: path) }
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            try await BackupTests.write(2, to: store)
            try await store.checkWritable()
        }
    }

    /// A removal while a batch is on its way: what it wrote is gone with the file, and not acknowledged.
    @Test func aRemovalDuringACommitIsNoticedBeforeTheAnswer() async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            let (path, aside) = (folder.database, folder.path("aside"))
            await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    try transaction.insert(GroupCommitTests.team(1))
                    try FileManager.default.moveItem(atPath: path, toPath: aside)
                }
            }
        }
    }

    @Test func aSecondServerDoesNotShareTheDatabaseOfTheFirst() async throws {
        try await withDatabase { folder in
            let first = try folder.open()
            try FileManager.default.removeItem(atPath: folder.path("postern.sqlite.lock"))
            let second = try folder.open()
            await #expect(throws: StoreError.self) { try await BackupTests.write(1, to: first) }
            try await BackupTests.write(1, to: second)
        }
    }
}
