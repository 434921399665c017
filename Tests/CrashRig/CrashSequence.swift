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
    private let state = Mutex((isArmed: false, calls: 0))

    init(_ death: Death?) { self.death = death }

    /// From here on calls are counted.
    func arm() { state.withLock { $0.isArmed = true } }

    func step<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ effect: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = state.withLock { state in
            if state.isArmed { state.calls += 1 }
            return state.isArmed ? state.calls : 0
        }
        if death == Death(call: number, moment: .before) { Self.die() }
        let outcome: Result<Value, Failure>
        do throws(Failure) {
            outcome = .success(try await effect())
        } catch {
            outcome = .failure(error)
        }
        if death == Death(call: number, moment: .after) { Self.die() }
        return try outcome.get()
    }

    private static func die() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
}
