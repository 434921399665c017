import Foundation
import Logging
import Persistence

/// One database, from its making on, through a number of power cuts.
struct PowerCutRun {
    let seed: UInt64
    let cuts: Int
    let lies: Bool

    /// - Throws: `Ledger.Loss` if anything acknowledged is lost, or the database does not open any more.
    func run() async throws -> PowerCutTally {
        let root = FileManager.default.temporaryDirectory.appending(path: "postern-power-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        var folder = root.appending(path: "0")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var random = SeededGenerator(seed: seed)
        let ledger = Ledger()
        var tally = PowerCutTally()
        for cut in 1...cuts {
            let disk = try CuttableDisk(folder, lies: lies)
            do {
                let life = try await live(on: disk, ledger, isFirst: cut == 1, &random)
                tally.cutsWhileOpening += life == nil ? 1 : 0
                tally.renewedLogs += life?.logRestarts ?? 0
            } catch let loss as Ledger.Loss {
                throw Ledger.Loss(description: "seed \(seed), after \(cut - 1) cuts: \(loss)")
            }
            folder = root.appending(path: "\(cut)")
            tally.add(try disk.recover(into: folder, seed: random.next()))
            try FileManager.default.removeItem(at: disk.folder)
        }
        let disk = try CuttableDisk(folder, lies: lies)
        let store = try open(disk)
        defer { store.close() }
        try await ledger.check(store)
        tally.acknowledged = ledger.transactions
        return tally
    }

    /// When the power is cut.
    private enum Moment: CaseIterable {
        case opening, changing, closing
    }

    /// Opens the database, compares it with what it has acknowledged, and changes it until the power is cut.
    /// - Returns: what was written; nil if the cut came before the store was open.
    private func live(
        on disk: CuttableDisk, _ ledger: Ledger, isFirst: Bool, _ random: inout SeededGenerator
    ) async throws -> WriteCounters? {
        let moments: [Moment] = isFirst ? [.opening] : [.opening, .changing, .changing, .changing, .closing]
        let moment = moments.randomElement(using: &random) ?? .opening
        if moment == .opening { disk.cut(atOperation: Int.random(in: 1...(isFirst ? 16 : 6), using: &random)) }
        let store: SQLiteStore
        do {
            store = try open(disk)
        } catch {
            if disk.isCut { return nil }
            throw error
        }
        defer { store.close() }
        if moment != .opening { try await ledger.check(store) }
        if moment == .changing {
            let latest = [10, 60, 300, 1200, 4000].randomElement(using: &random) ?? 10
            disk.cut(atOperation: Int.random(in: 1...latest, using: &random))
        }
        let seed = random.next()
        try await PowerCutLoad.run(clients: 6, changes: moment == .closing ? 10 : .max, on: store, ledger, seed: seed)
        if moment == .closing {
            // What was committed goes into the file now, and its log is removed.
            disk.cut(atOperation: Int.random(in: 1...60, using: &random))
            store.close()
        } else if !disk.isCut {
            throw Ledger.Loss(description: "a write failed with the power on")
        }
        return store.writeCounters
    }

    private func open(_ disk: CuttableDisk) throws -> SQLiteStore {
        // A large log comes within the time of one cut, and so does its renewal.
        let settings = SQLiteSettings(worthwhileCheckpoint: 20, largestLog: 60)
        do {
            return try SQLiteStore(
                path: disk.folder.appending(path: "postern.sqlite").path, settings: settings,
                logger: Logger(label: "power cut") { _ in SwiftLogNoOpLogHandler() })
        } catch {
            throw Ledger.Loss(description: "\(error)")
        }
    }
}
