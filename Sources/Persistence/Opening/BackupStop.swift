import Synchronization

/// Gives a backup up from another thread, when the process is told to end.
public final class BackupStop: Sendable {
    private let copy = Mutex<UnfinishedCopy?>(nil)

    public init() {}

    /// Removes what there is of the copy. A process that goes on all the same finds that its backup fails.
    public func giveUp() {
        copy.withLock { copy in
            copy?.remove()
            copy = nil
        }
    }

    func watch(_ unfinished: UnfinishedCopy) { copy.withLock { $0 = unfinished } }
}
