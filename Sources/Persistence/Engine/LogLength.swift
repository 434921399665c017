import GRDB
import GRDBSQLite
import Synchronization

/// How many frames SQLite's write-ahead log has, as SQLite tells after each commit.
final class LogLength: Sendable {
    private let count = Atomic<Int>(0)

    var frames: Int { count.load(ordering: .relaxed) }

    /// Listens on the writer's connection, which must not outlive this.
    func watch(_ writer: Database) {
        let tell: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            context, _, _, frames in
            if let context {
                Unmanaged<LogLength>.fromOpaque(context).takeUnretainedValue().count
                    .store(Int(frames), ordering: .relaxed)
            }
            return SQLITE_OK
        }
        sqlite3_wal_hook(writer.sqliteConnection, tell, Unmanaged.passUnretained(self).toOpaque())
    }
}
