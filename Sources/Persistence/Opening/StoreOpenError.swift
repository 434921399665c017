/// Why a database was not opened: each is one sentence for the operator.
public enum StoreOpenError: Error, Hashable, CustomStringConvertible {
    /// Another server holds the database.
    case inUse(path: String)
    /// There is no database at the path, and nothing tells that there was one.
    case missing(path: String)
    /// A file without content, or a database without tables: what is left of one.
    case empty(path: String)
    /// The database itself is missing or empty, and its log still stands there.
    case onlyLog(path: String)
    /// A newer release has changed the tables.
    case newer(path: String, found: Int, known: Int)
    /// The tables are those of an older release, and the one who opens it may not change them.
    case outdated(path: String, found: Int, known: Int)
    /// It was read, and is none.
    case notADatabase(path: String)
    /// A SQLite database, but not Postern's.
    case foreign(path: String)
    case damaged(path: String, detail: String)
    /// Somebody has added to the tables.
    case extended(path: String, part: String)
    /// A backup was put in place of a database whose log is still there.
    case leftoverLog(path: String)
    case unreadable(path: String, detail: String)
    /// A part of the database is in its log, which cannot be read where nothing may be written.
    case logNeedsWriting(path: String)
    case unwritable(path: String, detail: String)
    /// A backup never replaces a file.
    case destinationExists(path: String)
    /// Another process makes the same backup.
    case copying(path: String)
    case failed(path: String, detail: String)

    /// - Parameter errno: the system's reason.
    static func unwritable(path: String, errno: Int32) -> Self {
        .unwritable(path: path, detail: SystemFault.text(errno))
    }

    public var description: String {
        switch self {
        case .inUse(let path):
            "The database \(path) is in use by another Postern server: stop that one first, or choose another data "
                + "folder."
        case .missing(let path): "There is no database at \(path): start the server, or run postern migrate, first."
        case .empty(let path):
            "The database \(path) is empty, and Postern never leaves one so: restore the latest backup in its place, or "
                + "move it away to start with an empty one."
        case .onlyLog(let path):
            "The database \(path) is missing or empty, and its log \(path)-wal still stands there: put the database "
                + "itself back beside it, or move the log away as well and restore the latest backup, or start without "
                + "one."
        case .newer(let path, let found, let known):
            "The database \(path) has schema version \(found), and this release of Postern knows versions up to "
                + "\(known): use the release that wrote it, or a newer one."
        case .outdated(let path, let found, let known):
            "The database \(path) has schema version \(found), and this release of Postern needs version \(known): "
                + "start the server, or run postern migrate, first."
        case .notADatabase(let path):
            "\(path) is not a SQLite database: restore the latest backup in its place, or move it away to start with an "
                + "empty one."
        case .foreign(let path):
            "\(path) is a SQLite database of another program: choose another path for Postern's."
        case .damaged(let path, let detail):
            "The database \(path) is damaged (\(detail)): restore the latest backup in its place, and remove the files "
                + "\(path)-wal and \(path)-shm if they exist."
        case .extended(let path, let part):
            "The database \(path) was changed by another hand: \(part) is not Postern's, so drop it, or restore the "
                + "latest backup."
        case .leftoverLog(let path):
            "The database \(path) is a backup, and \(path)-wal beside it is the log of the database that stood here "
                + "before: remove \(path)-wal and \(path)-shm, and start again."
        case .unreadable(let path, let detail):
            "The database \(path) cannot be read (\(detail)): check its permissions, those of its folder, and the disk."
        case .logNeedsWriting(let path):
            "The latest changes of the database \(path) are in \(path)-wal, which cannot be read where nothing may be "
                + "written: copy both files to a folder that you may write, or run this as the server's user."
        case .unwritable(let path, let detail):
            "The database \(path) cannot be written (\(detail)): check that the folder exists, its permissions and the "
                + "disk."
        case .destinationExists(let path):
            "\(path) exists already, and a backup replaces nothing: choose another name."
        case .copying(let path): "\(path) is being made by another backup right now: choose another name, or wait."
        case .failed(let path, let detail): "The database \(path) cannot be opened: \(detail)."
        }
    }
}
