import Synchronization

/// What a handler finds out about a call that the access log tells, whether the call succeeds or not.
final class CallNotes: Sendable {
    private let noted = Mutex<String?>(nil)

    /// Who calls; never a token.
    var subject: String? {
        get { noted.withLock { $0 } }
        set { noted.withLock { $0 = newValue } }
    }
}
