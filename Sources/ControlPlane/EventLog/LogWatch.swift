import Connectivity
public import Logging
public import ServiceLifecycle
import Synchronization

/// Checks the server's own log of events beside its work: all of it after each start, then each new event, and all of it
/// again from time to time, since an old event can be changed at any time. It reads short stretches and rests between
/// them, so that nobody waits for it. A log that is broken stops nothing, but is told at every occasion.
public final class LogWatch: Service {
    private struct State {
        /// How far the log has been found to hold since the start.
        var kept = EventChain.Head.empty
        /// A check of the whole log that has not come to its end.
        var review: EventLogCheck?
        var reviewDueAt: Timestamp?
        var verification = LogVerification.begun
    }

    private let store: any Store
    private let environment: Environment
    private let settings: LogWatchSettings
    private let logger: Logger
    private let state = Mutex(State())

    public init(store: any Store, environment: Environment, settings: LogWatchSettings, logger: Logger) {
        self.store = store
        self.environment = environment
        self.settings = settings
        self.logger = logger
    }

    /// What has been found so far.
    public var verification: LogVerification { state.withLock { $0.verification } }

    /// Watches until the task is cancelled or the server shuts down gracefully.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true { try await ContinuousClock().sleep(for: await self.look()) }
        }
    }

    /// Checks one stretch of the log. Not to be called by two at the same time.
    /// - Returns: how long nothing has to be looked at.
    @discardableResult
    public func look() async -> Duration {
        let start = ContinuousClock.now
        do {
            // In a broken log nothing behind the fault means anything until a check of the whole comes past it.
            let isFollowed = verification.state == .broken ? true : try await follow()
            if isFollowed, try await review() { return settings.period }
            return min(start.duration(to: .now) * settings.restPerWork, settings.period)
        } catch let fault as EventLogFault {
            note(fault)
        } catch {
            // Whoever asks for the store is told that it cannot be read; this tries again.
        }
        return settings.period
    }

    /// Checks what came after the last event that was found to hold.
    /// - Returns: whether the log's end is reached.
    private func follow() async throws -> Bool {
        let kept = state.withLock { $0.kept }
        let stretch = settings.stretch
        let head = try await store.read { try $0.checkEvents(behind: kept, limit: stretch) }
        let isDone = head.sequence - kept.sequence < stretch
        if isDone { noteIntact(head) } else { noteProgress(head) }
        return isDone
    }

    /// Checks the next stretch of the whole log, if it is time to.
    /// - Returns: whether nothing of it is left to do now.
    private func review() async throws -> Bool {
        let now = environment.now()
        let begun = state.withLock { state -> EventLogCheck? in
            if let review = state.review { return review }
            guard let due = state.reviewDueAt, due <= now else { return nil }
            return EventLogCheck(expecting: state.kept, stretch: settings.stretch)
        }
        guard var check = begun else { return true }
        let isDone = try await check.advance(in: store)
        state.withLock { $0.review = isDone ? nil : check }
        if isDone {
            noteIntact(check.head)
            postponeReview()
        }
        return isDone
    }

    private func postponeReview() {
        let due = environment.now() + settings.interval
        state.withLock { ($0.review, $0.reviewDueAt) = (nil, due) }
    }

    private func noteProgress(_ head: EventChain.Head) {
        state.withLock { state in
            state.kept = head
            let last = state.verification
            state.verification = LogVerification(
                state: last.state, throughSequence: head.sequence, checkedAt: last.checkedAt, fault: nil)
        }
    }

    private func noteIntact(_ head: EventChain.Head) {
        let now = environment.now()
        let last = state.withLock { state in
            let last = state.verification
            if head.sequence > state.kept.sequence { state.kept = head }
            if state.reviewDueAt == nil { state.reviewDueAt = now + settings.interval }
            state.verification = LogVerification(
                state: .intact, throughSequence: state.kept.sequence, checkedAt: now, fault: nil)
            return last
        }
        guard last.state != .intact else { return }
        let events: Logger.Metadata = ["events": "\(head.sequence)"]
        if last.state == .broken {
            logger.notice("The log of events holds again.", metadata: events)
        } else {
            logger.info("The log of events holds.", metadata: events)
        }
    }

    private func note(_ fault: EventLogFault) {
        let now = environment.now()
        state.withLock { state in
            state.verification = LogVerification(
                state: .broken, throughSequence: max(0, fault.sequence - 1), checkedAt: now, fault: fault)
        }
        postponeReview()
        logger.error(
            "The log of events is broken: keep the database as evidence, and compare it with a backup.",
            metadata: ["problem": "\(fault)"])
    }
}
