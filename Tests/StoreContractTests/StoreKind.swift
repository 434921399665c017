import ControlPlane
import Foundation
import Logging
import Persistence
import TestSupport

/// The stores that keep the contract.
enum StoreKind: String, CaseIterable {
    case inMemory, groupCommit, singleCommits

    /// Hands an empty store to `body`.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .inMemory: try await body(InMemoryStore())
        case .groupCommit: try await withDatabase { try await body($0.open()) }
        case .singleCommits: try await withDatabase { try await body($0.open(SQLiteSettings(groupCommit: false))) }
        }
    }
}

/// A folder for a database, removed afterwards.
func withDatabase(_ body: (DatabaseFolder) async throws -> Void) async throws {
    let folder = DatabaseFolder()
    defer { folder.remove() }
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    try await body(folder)
}

final class DatabaseFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "postern-store-\(UUID().uuidString)")
    private var stores: [SQLiteStore] = []
    var database: String { path("postern.sqlite") }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func size(_ name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path(name))[.size] as? Int ?? 0
    }

    func open(_ settings: SQLiteSettings = SQLiteSettings()) throws -> SQLiteStore {
        let store = try SQLiteStore(path: database, settings: settings, logger: Logger(label: "test"))
        stores.append(store)
        return store
    }

    func openBesideServer() throws -> SQLiteStore {
        let store = try SQLiteStore.openBesideServer(path: database, logger: Logger(label: "test"))
        stores.append(store)
        return store
    }

    func remove() {
        for store in stores { store.close() }
        try? FileManager.default.removeItem(at: url)
    }
}
