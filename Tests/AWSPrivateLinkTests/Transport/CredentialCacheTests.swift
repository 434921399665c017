import CloudTransport
import Connectivity
import ControlPlane
import Synchronization
import Testing

@Suite struct CredentialCacheTests {
    private let clock = Hands()

    private final class Source: Sendable {
        let fetched = Mutex(0)
        let failing = Mutex(false)
    }

    private func cache(_ source: Source, lasting: Duration? = .seconds(3600)) -> CredentialCache<Int> {
        let clock = clock
        return CredentialCache(now: { clock.now }) { () throws(CloudError) in
            let number = source.fetched.withLock {
                $0 += 1; return $0
            }
            await Task.yield()
            if source.failing.withLock({ $0 }) { throw CloudError(kind: .unavailable, message: "down") }
            return .init(number, expiresAt: lasting.map { clock.now + $0 })
        }
    }

    @Test func manyCallersAreOneFetch() async throws {
        let source = Source()
        let cache = cache(source)
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await cache.value() } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(values == [1])
        #expect(source.fetched.withLock { $0 } == 1)
    }

    @Test func oneThatNeverExpiresIsFetchedOnce() async throws {
        let source = Source()
        let cache = cache(source, lasting: nil)
        _ = try await cache.value()
        clock.move(by: .seconds(100_000_000))
        #expect(try await cache.value() == 1)
    }

    @Test func renewedBeforeItExpires() async throws {
        let source = Source()
        let cache = cache(source)
        #expect(try await cache.value() == 1)
        clock.move(by: .seconds(3299))
        #expect(try await cache.value() == 1)
        clock.move(by: .seconds(2))
        #expect(try await cache.value() == 2)
    }

    @Test func aFailedRenewalIsNotFeltWhileTheOldOneHolds() async throws {
        let source = Source()
        let cache = cache(source)
        _ = try await cache.value()
        source.failing.withLock { $0 = true }
        clock.move(by: .seconds(3400))
        #expect(try await cache.value() == 1)
        clock.move(by: .seconds(300))
        await #expect(throws: CloudError.self) { try await cache.value() }
    }

    @Test func aFailureIsToldForMomentsOnly() async throws {
        let source = Source()
        source.failing.withLock { $0 = true }
        let cache = cache(source)
        for _ in 0..<3 { await #expect(throws: CloudError.self) { try await cache.value() } }
        #expect(source.fetched.withLock { $0 } == 1)
        source.failing.withLock { $0 = false }
        clock.move(by: .seconds(3))
        #expect(try await cache.value() == 2)
    }

    @Test func aCancelledCallerTakesNothingFromOthers() async throws {
        let source = Source()
        let cache = cache(source)
        let cancelled = Task { try await cache.value() }
        cancelled.cancel()
        #expect(try await cache.value() == 1)
        #expect(try await cancelled.value == 1)
    }

    /// An instance's metadata service gives out the same credentials until it has new ones.
    @Test func aSourceThatGivesWhatIsAboutToEndIsNotStormed() async throws {
        let source = Source()
        let cache = cache(source, lasting: .seconds(60))
        for _ in 0..<50 { _ = try await cache.value() }
        #expect(source.fetched.withLock { $0 } == 1)
        clock.move(by: .seconds(3))
        for _ in 0..<50 { _ = try await cache.value() }
        #expect(source.fetched.withLock { $0 } == 2)
    }

    /// The cloud refuses all that are under way with it, and some hear of it after the new one has come.
    @Test func manyRefusedCallersAreOneFetch() async throws {
        let source = Source()
        let cache = cache(source)
        let old = try await cache.value()
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await cache.forget(ifStill: old)
                    return try await cache.value()
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(values == [2])
        #expect(await cache.forget(ifStill: old) == false)
        #expect(try await cache.value() == 2)
        #expect(source.fetched.withLock { $0 } == 2)
    }

    @Test func aFailureIsForgottenWhereThereIsNoCredential() async throws {
        let source = Source()
        source.failing.withLock { $0 = true }
        let cache = cache(source)
        await #expect(throws: CloudError.self) { try await cache.value() }
        source.failing.withLock { $0 = false }
        #expect(await cache.forget(ifStill: nil))
        #expect(try await cache.value() == 2)
    }

    @Test func whatIsForgottenIsFetchedAnew() async throws {
        let source = Source()
        let cache = cache(source)
        _ = try await cache.value()
        await cache.forget()
        #expect(try await cache.value() == 2)
    }
}
