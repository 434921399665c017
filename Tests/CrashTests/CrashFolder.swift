import Foundation

/// A folder for one database, and for what the cloud beside it keeps.
struct CrashFolder {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "postern-crash-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// Of the fake cloud, where it has a process of its own.
    var journal: String { folder.appending(path: "cloud.journal").path }

    var database: String { folder.appending(path: "postern.db").path }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
