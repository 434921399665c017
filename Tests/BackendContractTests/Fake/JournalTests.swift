import Connectivity
import ControlPlane
import FoundationEssentials
import TestSupport
import Testing

@testable import FakeCloud

/// The journal lets the fake cloud outlive the process that ran it.
@Suite struct JournalTests {
    private let folder: URL
    private var path: String { folder.appending(path: "cloud.journal").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "postern-journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func inFolder(_ body: () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body()
    }

    private func lines() throws -> [Substring] {
        try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(separator: "\n")
    }

    @Test(arguments: CloudProvider.allCases)
    func whatACallDidIsThereAfterTheProcessDied(provider: CloudProvider) async throws {
        try await inFolder {
            let rig = try FakeRig(provider: provider, journal: path)
            let scene = try rig.makeScene(SceneWish(consumers: 2))
            try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
            _ = try await rig.connect(scene)
            let gone = try await rig.connect(scene, subnet: 1)
            try await rig.cloud.deleteEndpoint(nativeID: gone)
            rig.settle()
            let before = await rig.cloud.inventory()
            // No farewell: nothing is closed or flushed.
            let after = try FakeRig(provider: provider, journal: path)
            after.settle()
            #expect(await after.cloud.inventory() == before)
            #expect(before.endpoints.count == 1)
            #expect(try after.heldAddresses(of: scene.consumers[0]) == rig.heldAddresses(of: scene.consumers[0]))
            // Setting the same scene again changes nothing.
            _ = try after.makeScene(SceneWish(consumers: 2))
            #expect(await after.cloud.inventory() == before)
            #expect(try await after.connect(scene) != before.endpoints[0].nativeID)
        }
    }

    @Test func anOperationThatWasUnderWayGoesOn() async throws {
        try await inFolder {
            let rig = try FakeRig(provider: .gcp, journal: path)
            let scene = try rig.makeScene(SceneWish())
            try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
            let id = try await rig.createEndpoint(
                by: scene.consumers[0], in: scene.consumers[0].network.subnets[0], to: scene.service, disguisedAs: nil)
            let after = try FakeRig(provider: .gcp, journal: path)
            #expect(try after.status(of: id) == nil)
            after.settle()
            #expect(try after.status(of: id) == "ACCEPTED")
        }
    }

    @Test(arguments: CloudProvider.allCases, [false, true])
    func aClockSetBackUndoesNothing(provider: CloudProvider, afterADeath: Bool) async throws {
        try await inFolder {
            let rig = try FakeRig(provider: provider, journal: path)
            for _ in 0..<20 { rig.advance() }
            let scene = try rig.makeScene(SceneWish())
            try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
            let id = try await rig.connect(scene)
            let status = try rig.status(of: id)
            let after = afterADeath ? try FakeRig(provider: provider, journal: path) : rig
            after.setClockBack(by: .seconds(7200))
            // Time runs on there from the first look, and from the last instant that the journal tells of.
            #expect(await after.cloud.inventory().services.count == 1)
            after.settle()
            #expect(try after.status(of: id) == status)
            try await after.cloud.deleteEndpoint(nativeID: id)
            after.settle()
            #expect(await after.cloud.inventory().endpoints.isEmpty)
        }
    }

    @Test func aLineThatWasCutShortIsForgotten() async throws {
        try await inFolder {
            let rig = try FakeRig(provider: .aws, journal: path)
            let scene = try rig.makeScene(SceneWish())
            try rig.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
            let whole = try Data(contentsOf: URL(filePath: path))
            let last = try #require(lines().last).utf8.count
            for kept in [1, last / 2, last] {
                try whole.dropLast(last + 1 - kept).write(to: URL(filePath: path))
                let after = try FakeRig(provider: .aws, journal: path)
                #expect(try after.admissions(to: scene.service).isEmpty)
                // What is written next is not glued to what was cut.
                try after.admit(scene.consumers[0].account.nativeID, limit: 1, to: scene.service)
                let again = try FakeRig(provider: .aws, journal: path)
                #expect(try again.admissions(to: scene.service).count == 1)
            }
        }
    }

    @Test func damageWithinIsToldWithItsLine() async throws {
        try await inFolder {
            _ = try FakeRig(provider: .aws, journal: path).makeScene(SceneWish())
            let text = try lines().enumerated().map { $0.offset == 1 ? "{\"nonsense\":1}" : String($0.element) }
            try Data((text.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
            #expect(throws: JournalError.damaged(path: path, line: 2)) {
                try FakeRig(provider: .aws, journal: path)
            }
        }
    }

    @Test func aLongJournalIsCondensedAtStart() async throws {
        try await inFolder {
            let rig = try FakeRig(provider: .gcp, journal: path, latency: .none)
            let scene = try rig.makeScene(SceneWish())
            for limit in 1...1200 {
                try rig.admit(scene.consumers[0].account.nativeID, limit: limit, to: scene.service)
            }
            #expect(try lines().count > 1200)
            let after = try FakeRig(provider: .gcp, journal: path)
            #expect(try lines().count < 20)
            #expect(try after.admissions(to: scene.service) == [scene.consumers[0].account.nativeID: 1200])
            #expect(await after.cloud.inventory() == rig.cloud.inventory())
        }
    }

    @Test func aJournalThatCannotBeOpenedIsToldInOneSentence() async throws {
        try await inFolder {
            let nowhere = folder.appending(path: "no/such/folder/cloud.journal").path
            let error = #expect(throws: JournalError.self) { try FakeRig(provider: .gcp, journal: nowhere) }
            #expect(error?.description.contains("No such file or directory") == true)
        }
    }

    @Test func theJournalIsItsOwnersAlone() async throws {
        try await inFolder {
            _ = try FakeRig(provider: .gcp, journal: path).makeScene(SceneWish())
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }
}
