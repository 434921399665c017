import GRDB
import GRDBSQLite
import Synchronization

/// Moves what was committed from the write-ahead log into the database file, beside the commits and never on their way.
///
/// The copying is done on a connection of its own, a few megabytes at a time. Under a load that never pauses it never
/// quite catches up, and the log would grow for ever: once the log is large, the writer itself copies the small rest
/// between two commits and begins it anew.
final class Checkpointer: Sendable {
    /// Bytes of a page with its header in the log.
    static let frameSize = 4096 + 24

    private struct State {
        var isRunning = false
        var isClosed = false
        /// Frames in the log.
        var frames = 0
        /// Frames of it that are in the database file.
        var copied = 0
        var wantsRestart = false
        var restarts = 0
    }

    private let state = Mutex(State())
    private let connection: DatabaseQueue
    private let settings: SQLiteSettings

    init(path: String, settings: SQLiteSettings) throws {
        self.settings = settings
        connection = try DatabaseQueue(path: path, configuration: ConnectionSettings.checkpointer())
    }

    /// How often a large log was begun anew.
    var restarts: Int { state.withLock { $0.restarts } }

    /// Notes the length of the log after a commit.
    func note(frames: Int) {
        let isDue = state.withLock { state in
            if frames < state.frames { state.copied = 0 }
            state.frames = frames
            guard !state.isRunning, !state.isClosed, frames - state.copied >= settings.worthwhileCheckpoint else {
                return false
            }
            state.isRunning = true
            return true
        }
        guard isDue else { return }
        connection.asyncWriteWithoutTransaction { database in
            let result = Self.checkpoint(database, SQLITE_CHECKPOINT_PASSIVE)
            self.state.withLock { state in
                state.isRunning = false
                // A failure is tried again with the next commit that makes it worthwhile.
                state.copied = result?.copied ?? state.frames
                state.wantsRestart = state.frames >= self.settings.largestLog
            }
        }
    }

    /// Between two commits, on the writer's connection.
    func restartIfLarge(_ writer: Database) {
        guard state.withLock({ $0.wantsRestart && !$0.isRunning }) else { return }
        // Without waiting for readers: if one still reads the log, the next time will do.
        let handle = writer.sqliteConnection
        sqlite3_busy_timeout(handle, 0)
        let isRestarted = Self.checkpoint(writer, SQLITE_CHECKPOINT_RESTART) != nil
        sqlite3_busy_timeout(handle, Int32(ConnectionSettings.busyTimeout / .milliseconds(1)))
        state.withLock { state in
            state.wantsRestart = false
            state.restarts += isRestarted ? 1 : 0
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        try? connection.close()
    }

    private static func checkpoint(_ database: Database, _ mode: Int32) -> (frames: Int, copied: Int)? {
        var frames: Int32 = 0
        var copied: Int32 = 0
        guard sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, mode, &frames, &copied) == SQLITE_OK else {
            return nil
        }
        return (Int(frames), Int(copied))
    }
}
