import Synchronization

/// How much memory the bodies of all requests may take together: a thousand slow uploads must not add up.
final class BodyBudget: Sendable {
    private let free: Mutex<Int>

    /// - Parameter size: in bytes.
    init(size: Int) { free = Mutex(size) }

    /// - Returns: whether there was room.
    func take(_ count: Int) -> Bool {
        free.withLock {
            guard $0 >= count else { return false }
            $0 -= count
            return true
        }
    }

    func give(back count: Int) { free.withLock { $0 += count } }
}
