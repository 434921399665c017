import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Counts the calls that leave the process, and kills it at one of them, as a power switch would: nothing is flushed,
/// no handler runs.
final class CrashSequence: Sendable {
    private let death: Death?
    private let state = Mutex(State())

    private struct State {
        var isArmed = false
        var calls = 0
        var delayable: [Int] = []
    }

    init(_ death: Death?) { self.death = death }

    /// From here on calls are counted.
    func arm() { state.withLock { $0.isArmed = true } }

    /// Calls so far, and the numbers of those that can be late.
    var count: (calls: Int, delayable: [Int]) { state.withLock { ($0.calls, $0.delayable) } }

    /// - Parameter delay: makes `effect` only send the call; nil: this call is never on its way.
    func step<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, delay: (() -> Void)? = nil,
        _ effect: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = state.withLock { state in
            guard state.isArmed else { return 0 }
            state.calls += 1
            if delay != nil { state.delayable.append(state.calls) }
            return state.calls
        }
        let moment = death?.call == number ? death?.moment : nil
        switch moment {
        case .before: Self.die()
        case .late: delay?()
        case .after, nil: break
        }
        let outcome: Result<Value, Failure>
        do throws(Failure) {
            outcome = .success(try await effect())
        } catch {
            outcome = .failure(error)
        }
        if moment != nil { Self.die() }
        return try outcome.get()
    }

    private static func die() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
}
