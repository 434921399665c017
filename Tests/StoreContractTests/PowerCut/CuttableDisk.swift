import Foundation
import PowerCut

/// A folder whose files are on a disk that loses what was not synced when its power is cut.
final class CuttableDisk: Sendable {
    let folder: URL
    private nonisolated(unsafe) let disk: OpaquePointer

    struct Refused: Error {
        let code: Int32
    }

    /// - Parameter lies: says that everything is durable, and makes nothing so.
    init(_ folder: URL, lies: Bool) throws {
        try Self.registered.get()
        guard let disk = power_cut_mount(folder.path, lies ? 1 : 0) else { throw Refused(code: errno) }
        self.folder = folder
        self.disk = disk
    }

    deinit { power_cut_unmount(disk) }

    /// From then on every SQLite file of this process is opened through it; those elsewhere are none the wiser.
    private static let registered: Result<Void, Refused> = {
        let code = power_cut_register()
        return code == 0 ? .success(()) : .failure(Refused(code: code))
    }()

    /// Cuts the power in the middle of the given operation from now.
    func cut(atOperation operation: Int) { power_cut_arm(disk, operation) }

    var isCut: Bool { power_cut_happened(disk) != 0 }

    /// Puts what the disk holds after the cut into another folder, and counts what was done to it.
    func recover(into folder: URL, seed: UInt64) throws -> power_cut_counts {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var counts = power_cut_counts()
        let code = power_cut_recover(disk, folder.path, seed, &counts)
        guard code == 0 else { throw Refused(code: code) }
        return counts
    }
}
