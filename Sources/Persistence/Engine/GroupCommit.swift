import ControlPlane
import GRDB
import GRDBSQLite
import Logging
import Synchronization

/// The one writer. Transactions that wait while a commit is on its way to the disk share the next one, each in a
/// savepoint of its own. Nothing ever waits for company: a transaction that comes alone is committed alone, at once.
final class GroupCommit: Sendable {
    private struct State {
        var waiting: [any PendingWrite] = []
        var isWriting = false
        var isClosed = false
        var counters = WriteCounters()
    }

    private let state = Mutex(State())
    private let largestBatch: Int
    private let connection: DatabaseQueue
    private let files: ServedFiles
    /// nil: another process does it.
    private let checkpointer: Checkpointer?
    private let log = LogLength()
    private let damage: DamageReport
    private let logger: Logger

    init(
        connection: DatabaseQueue, files: ServedFiles, largestBatch: Int, checkpointer: Checkpointer?,
        damage: DamageReport, logger: Logger
    ) {
        self.damage = damage
        self.connection = connection
        self.files = files
        self.largestBatch = max(1, largestBatch)
        self.checkpointer = checkpointer
        self.logger = logger
        connection.writeWithoutTransaction { log.watch($0) }
    }

    var counters: WriteCounters { state.withLock { $0.counters } }
    /// Transactions that are not begun.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func submit(_ write: any PendingWrite) {
        let (isRefused, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.waiting.append(write)
            defer { state.isWriting = true }
            return (false, !state.isWriting)
        }
        if isRefused {
            write.fail(.unavailable(reason: "the store is closed"))
            write.answer()
        } else if isFirst {
            writeNext()
        }
    }

    /// Accepts no more, and returns when everything that waited is written.
    func close() {
        state.withLock { $0.isClosed = true }
        while state.withLock({ $0.isWriting }) {
            // The writer's queue runs one thing after another: behind this, a batch is done.
            connection.writeWithoutTransaction { _ in }
        }
    }

    private func writeNext() {
        connection.asyncWriteWithoutTransaction { database in
            let batch = self.state.withLock { state in
                let batch = Array(state.waiting.prefix(self.largestBatch))
                state.waiting.removeFirst(batch.count)
                return batch
            }
            self.write(batch, database)
            self.checkpointer?.restartIfLarge(database)
            let hasMore = self.state.withLock { state in
                state.isWriting = !state.waiting.isEmpty
                return state.isWriting
            }
            if hasMore { self.writeNext() }
        }
    }

    /// Writes the batch, if it must be in several commits: a failure of the disk can take back, with the transaction
    /// that met it, those before it in the same commit. Those behind it have not begun, and go into the next.
    private func write(_ batch: [any PendingWrite], _ database: Database) {
        var rest = batch[...]
        while !rest.isEmpty {
            let begun = commit(rest, database)
            for write in rest.prefix(begun) { write.answer() }
            rest = rest.dropFirst(begun)
        }
    }

    /// Runs transactions in one commit.
    /// - Returns: how many were begun; what came of them is certain.
    private func commit(_ batch: ArraySlice<any PendingWrite>, _ database: Database) -> Int {
        var begun = 0
        do {
            try files.check()
            let session = try Session(database, cache: RecordCache(), damage: damage)
            try session.run("BEGIN IMMEDIATE")
            for write in batch {
                begun += 1
                try run(write, in: session)
            }
            try session.run("COMMIT")
            // It went into the files that were there a moment ago: nobody is told that it is durable if they are gone.
            try files.check()
            state.withLock {
                $0.counters.commits += 1
                $0.counters.transactions += begun
            }
            checkpointer?.note(frames: log.frames)
            return begun
        } catch {
            let failure = note(error)
            if sqlite3_get_autocommit(database.sqliteConnection) == 0 { try? database.execute(sql: "ROLLBACK") }
            let lost = begun == 0 ? batch.count : begun
            for write in batch.prefix(lost) { write.fail(failure) }
            return lost
        }
    }

    /// Tells the operator why a commit is lost, unless it is damage, which the store tells once.
    private func note(_ error: any Error) -> StoreError {
        let reason: String
        switch error {
        case StoreError.damaged(let reason): return .damaged(reason: reason)
        case StoreError.unavailable(let told): reason = told
        case let failure as StoreError: reason = "the commit failed: \(failure)"
        default: reason = "\(error)"
        }
        logger.error("The store could not be written.", metadata: ["reason": "\(reason)"])
        return .unavailable(reason: reason)
    }

    /// Runs one transaction in a savepoint.
    /// - Throws: if the commit as a whole is lost.
    private func run(_ write: any PendingWrite, in session: Session) throws {
        try session.run("SAVEPOINT one")
        let isKept = write.run(in: SQLiteTransaction(session: session))
        if let failure = session.failure {
            // A body may have swallowed it.
            write.fail(failure)
            guard session.isInTransaction else { throw failure }
            session.forgetFailure()
        } else if isKept {
            try session.run("RELEASE one")
            return
        }
        session.cache?.removeAll()
        try session.run("ROLLBACK TO one")
        try session.run("RELEASE one")
    }
}
