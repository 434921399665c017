import Foundation
import Logging
import Persistence
import PowerCut
import Testing

/// The power goes at any moment of a load, and takes with it by chance what the disk had not been told to keep.
@Suite struct PowerCutTests {
    @Test func everyAcknowledgedChangeSurvives() async throws {
        let begun = ContinuousClock.now
        let tally = try await withThrowingTaskGroup(of: PowerCutTally.self) { group in
            for lane in 0..<2 as Range<UInt64> {
                group.addTask {
                    var tally = PowerCutTally()
                    for run in 0..<25 as Range<UInt64> {
                        tally += try await PowerCutRun(seed: lane * 1000 + run, cuts: 10, lies: false).run()
                    }
                    return tally
                }
            }
            return try await group.reduce(into: PowerCutTally()) { $0 += $1 }
        }
        print("Power cuts: \(tally), \(begun.duration(to: .now).formatted(.units(allowed: [.seconds])))")
        #expect(tally.cuts == 500)
        // What was meant to be tried was tried.
        #expect(tally.cutsWhileOpening > 20)
        #expect(tally.acknowledged > 5000)
        #expect(tally.lostPieces > 5000)
        #expect(tally.garbledPieces > 200)
        #expect(tally.checkpoints > 100)
        #expect(tally.restartedLogs > 100)
        #expect(tally.renewedLogs > 100)
    }

    /// A disk that says "durable" when nothing is: what the check above exists for has to be found.
    @Test func aLyingDiskIsFoundOut() async throws {
        var caught = 0
        for seed in 0..<5 as Range<UInt64> {
            do {
                _ = try await PowerCutRun(seed: seed, cuts: 10, lies: true).run()
            } catch is Ledger.Loss {
                caught += 1
            }
        }
        #expect(caught == 5)
    }
}

/// What was tried.
struct PowerCutTally: CustomStringConvertible {
    var cuts = 0
    var cutsWhileOpening = 0
    /// Transactions.
    var acknowledged = 0
    var lostPieces = 0
    var keptPieces = 0
    var garbledPieces = 0
    /// Syncs of the database file itself.
    var checkpoints = 0
    var syncs = 0
    /// Logs that were begun, or begun anew.
    var restartedLogs = 0
    /// Large logs that the writer began anew between two commits.
    var renewedLogs = 0
    /// Files that were removed, and are there again.
    var revivedFiles = 0

    static func += (left: inout Self, right: Self) {
        left.cuts += right.cuts
        left.cutsWhileOpening += right.cutsWhileOpening
        left.acknowledged += right.acknowledged
        left.lostPieces += right.lostPieces
        left.keptPieces += right.keptPieces
        left.garbledPieces += right.garbledPieces
        left.checkpoints += right.checkpoints
        left.syncs += right.syncs
        left.restartedLogs += right.restartedLogs
        left.renewedLogs += right.renewedLogs
        left.revivedFiles += right.revivedFiles
    }

    mutating func add(_ counts: power_cut_counts) {
        cuts += 1
        lostPieces += counts.lost_pieces
        keptPieces += counts.kept_pieces
        garbledPieces += counts.garbled_pieces
        checkpoints += counts.database_syncs
        syncs += counts.syncs
        restartedLogs += counts.log_restarts
        revivedFiles += counts.revived_files
    }

    var description: String {
        """
        \(cuts) cuts (\(cutsWhileOpening) while opening), \(acknowledged) transactions acknowledged, \(syncs) syncs \
        (\(checkpoints) of the database), \(restartedLogs) logs begun, \(renewedLogs) of them anew because they were large, \
        \(revivedFiles) files revived, pieces not synced: \(lostPieces) lost, \(keptPieces) kept, \(garbledPieces) garbled
        """
    }
}
