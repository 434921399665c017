import ControlPlane

/// The files of an open database, which have to stay where they were when they were opened: what is written to a file
/// that stands nowhere any more is lost, and a lock that nobody finds keeps nobody out. To look costs a few
/// microseconds, where a commit waits for the disk.
struct ServedFiles {
    private struct File {
        let path: String
        let identity: FileIdentity
    }

    private let files: [File]

    /// Notes what stands there now. The writer has the database open, with its log.
    init(ofDatabase path: String, lock: FileLock?) {
        let ends = ["", "-wal", "-shm"]
        var files = ends.compactMap { end in
            FileIdentity(path: path + end).map { File(path: path + end, identity: $0) }
        }
        if let lock { files.append(File(path: lock.path, identity: lock.identity)) }
        self.files = files
    }

    /// The first file that does not stand where it was opened.
    var moved: String? {
        files.first { FileIdentity(path: $0.path) != $0.identity }?.path
    }

    /// - Throws: `StoreError.unavailable` while one of them is gone.
    func check() throws(StoreError) {
        guard let moved else { return }
        let remedy =
            if moved.hasSuffix(".lock") {
                // The database itself is whole, and another server may have it by now.
                "stop every server of this folder, and start one"
            } else if moved.hasSuffix("-wal") || moved.hasSuffix("-shm") {
                // The open files still have everything, and a server that ends by itself brings it into the database.
                "stop the server with SIGTERM, not with kill -9, and start it again"
            } else {
                "stop the server, put the file back or restore the latest backup, and start it again"
            }
        throw .unavailable(
            reason: "\(moved) was removed or replaced while this server uses it, so that nothing is written any more: "
                + remedy)
    }
}
