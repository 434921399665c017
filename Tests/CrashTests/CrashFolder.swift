import Foundation

/// A folder for one database.
struct CrashFolder {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "postern-crash-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    var database: String { folder.appending(path: "postern.db").path }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
