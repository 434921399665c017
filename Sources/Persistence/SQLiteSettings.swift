/// How the store works. The defaults are right but for diagnosis and tests.
public struct SQLiteSettings: Hashable, Sendable {
    /// Whether transactions that wait together share one durable commit; without, each is committed by itself, by the
    /// same path.
    public var groupCommit: Bool
    /// The most transactions in one commit: bounds how long the first of them waits for the last.
    public var largestBatch: Int
    /// Reads that can run at the same time, each with a connection and a page cache of its own.
    public var readers: Int
    /// KiB of page cache of each reading connection.
    public var readerCache: Int
    /// KiB of page cache of the writing connection.
    public var writerCache: Int
    /// Frames of the write-ahead log that are worth a checkpoint.
    public var worthwhileCheckpoint: Int
    /// Frames after which the log is begun anew.
    public var largestLog: Int

    public init(
        groupCommit: Bool = true, largestBatch: Int = 128, readers: Int = 4, readerCache: Int = 4096,
        writerCache: Int = 16_384, worthwhileCheckpoint: Int = 1000, largestLog: Int = 16_384
    ) {
        self.groupCommit = groupCommit
        self.largestBatch = largestBatch
        self.readers = readers
        self.readerCache = readerCache
        self.writerCache = writerCache
        self.worthwhileCheckpoint = worthwhileCheckpoint
        self.largestLog = largestLog
    }
}
