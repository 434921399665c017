import Synchronization

/// Tells the reconciler that there may be something to do. It carries no data: the reconciler looks at the store, so a
/// wake, the period and a restart are one path.
public final class WakeSignal: Sendable {
    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() {
        (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    public func wake() { continuation.yield() }
}
