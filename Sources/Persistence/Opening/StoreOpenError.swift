/// Why a database was not opened: each is one sentence for the operator.
public enum StoreOpenError: Error, Hashable, CustomStringConvertible {
    /// Another server holds the database.
    case inUse(path: String)
    /// There is no database at the path.
    case missing(path: String)
    /// A newer release has changed the tables.
    case newer(path: String, found: Int, known: Int)
    /// The tables are those of an older release, and the one who opens it may not change them.
    case outdated(path: String, found: Int, known: Int)
    case notADatabase(path: String)
    /// A SQLite database, but not Postern's.
    case foreign(path: String)
    case damaged(path: String, detail: String)
    /// A backup was put in place of a database whose log is still there.
    case leftoverLog(path: String)
    case unwritable(path: String, detail: String)
    /// A backup never replaces a file.
    case destinationExists(path: String)
    case failed(path: String, detail: String)

    public var description: String {
        switch self {
        case .inUse(let path):
            "The database \(path) is in use by another Postern server: stop that one first, or choose another data "
                + "folder."
        case .missing(let path): "There is no database at \(path): start the server, or run postern migrate, first."
        case .newer(let path, let found, let known):
            "The database \(path) has schema version \(found), and this release of Postern knows versions up to "
                + "\(known): use the release that wrote it, or a newer one."
        case .outdated(let path, let found, let known):
            "The database \(path) has schema version \(found), and this release of Postern needs version \(known): "
                + "start the server, or run postern migrate, first."
        case .notADatabase(let path):
            "\(path) is not a SQLite database: move it away to start with an empty one, or restore a backup in its "
                + "place."
        case .foreign(let path):
            "\(path) is a SQLite database of another program: choose another path for Postern's."
        case .damaged(let path, let detail):
            "The database \(path) is damaged (\(detail)): restore the latest backup in its place, and remove the files "
                + "\(path)-wal and \(path)-shm if they exist."
        case .leftoverLog(let path):
            "The database \(path) is a backup, and \(path)-wal beside it is the log of the database that stood here "
                + "before: remove \(path)-wal and \(path)-shm, and start again."
        case .unwritable(let path, let detail):
            "The database \(path) cannot be written (\(detail)): check that the folder exists, its permissions and the "
                + "disk."
        case .destinationExists(let path):
            "\(path) exists already, and a backup replaces nothing: choose another name."
        case .failed(let path, let detail): "The database \(path) cannot be opened: \(detail)."
        }
    }
}
