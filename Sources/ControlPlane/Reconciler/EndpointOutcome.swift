import Connectivity

/// How a look at an endpoint, or a step on it, ended.
enum EndpointOutcome: Sendable {
    /// The cloud or the consumer is at work.
    case waiting(Endpoint.Phase, EndpointObservation)
    /// Desired and observed agree.
    case settled(Endpoint.Phase, EndpointObservation)
    case raised(Attention, EndpointObservation)
    /// The cloud shows a failure that no repeat will mend.
    case gaveUp(String, EndpointObservation)
    /// The consumer's side could not be looked at, and nothing was left to do on the producer's.
    case hindered(Hindrance, EndpointObservation)
    /// A call failed; `during` is the step, nil while only looking.
    case failed(CloudError, during: CloudAction?)

    /// What the cloud showed, if it did.
    var observation: EndpointObservation? {
        switch self {
        case .waiting(_, let seen), .settled(_, let seen), .raised(_, let seen), .gaveUp(_, let seen): seen
        case .hindered(_, let seen): seen
        case .failed: nil
        }
    }
}

extension Endpoint {
    private static let attentionRetries = RetrySchedule(base: .seconds(1), cap: .seconds(60))

    /// Takes over what the cloud shows. Pure.
    mutating func see(_ seen: EndpointObservation) {
        if let native = seen.endpoint {
            observed.nativeID = native.nativeID
            observed.addresses = native.addresses
            observed.dnsNames = native.dnsNames
        }
        observed.connectionStatus = seen.connection?.status
        observed.nativeStatus = seen.connection?.nativeStatus
    }

    /// Shows that `action` is being done. What is failing stays so until an attempt succeeds.
    mutating func set(out action: CloudAction) {
        guard phase != .failing else { return }
        move(to: action.phase)
        lastError = nil
    }

    mutating func succeed(at action: CloudAction) {
        intent = nil
        guard phase == .failing else { return }
        move(to: action.phase)
        lastError = nil
    }

    /// Moves to where `outcome` leads, and decides when to look again. Pure, given `delay`.
    mutating func take(
        _ outcome: EndpointOutcome, at now: Timestamp, settings: ReconcilerSettings,
        delay: (RetrySchedule, Int) -> Duration
    ) {
        let attempts = schedule.attempts + 1
        schedule.lease = nil
        switch outcome {
        case .waiting(let next, let seen):
            see(seen)
            move(to: next)
            lastError = nil
            schedule.attempts = attempts
            let isPatient = next == .awaitingConsumer
            schedule.dueAt = now + min(delay(.polling, attempts), isPatient ? settings.endpointPeriod : .seconds(15))
        case .settled(let next, let seen):
            see(seen)
            move(to: next)
            lastError = nil
            intent = nil
            unseenCalls = []
            schedule.attempts = 0
            if next == .closed {
                closedAt = now
                schedule.dueAt = nil
            } else {
                observed.hasBeenActive = true
                schedule.dueAt = now + settings.endpointPeriod
            }
        case .raised(let attention, let seen):
            see(seen)
            // What stands there is not what was approved, and is nobody's to let in.
            if attention == .wrongNetwork { observed.connectionStatus = nil }
            let fault = attention.fault(nativeStatus: seen.connection?.nativeStatus, at: now)
            // The time of an unchanged fault stays: it says since when.
            if lastError?.code != fault.code || phase != .attention { lastError = fault }
            schedule.attempts = phase == .attention ? attempts : 1
            move(to: .attention)
            schedule.dueAt = now + delay(Self.attentionRetries, schedule.attempts)
        case .gaveUp(let reason, let seen):
            see(seen)
            let fault = Fault(
                code: "endpoint_failed", side: .consumer, message: reason,
                remedy: "Release this endpoint and file a new request once the cause is mended.", isRetryable: false,
                at: now)
            if lastError?.message != reason || phase != .failed { lastError = fault }
            move(to: .failed)
            schedule.attempts = 0
            schedule.dueAt = now + settings.failedPeriod
        case .hindered(let hindrance, let seen) where hindrance.fault.isRetryable:
            see(seen)
            lastError = hindrance.fault
            retry(at: now, attempts: attempts, after: hindrance.retryAfter, delay: delay)
        case .hindered(let hindrance, let seen):
            see(seen)
            // The time of an unchanged fault stays: it says since when.
            if lastError?.code != hindrance.fault.code || phase != .failed { lastError = hindrance.fault }
            schedule.attempts = phase == .failed ? attempts : 1
            move(to: .failed)
            // What is to go is not left standing for longer than somebody keeps Postern out.
            schedule.dueAt =
                now + (desired == .absent ? delay(Self.attentionRetries, schedule.attempts) : settings.failedPeriod)
        case .failed(let error, let action):
            lastError = error.fault(side: action?.side ?? .producer, at: now)
            if error.isRetryable {
                retry(at: now, attempts: attempts, after: error.retryAfter, delay: delay)
            } else {
                move(to: .failed)
                // The call had no effect, so the next attempt is a new wish.
                intent = nil
                schedule.attempts = 0
                schedule.dueAt = now + settings.failedPeriod
            }
        }
    }

    private mutating func retry(
        at now: Timestamp, attempts: Int, after asked: Duration?, delay: (RetrySchedule, Int) -> Duration
    ) {
        schedule.attempts = phase == .failing ? attempts : 1
        move(to: .failing)
        schedule.dueAt = now + max(delay(.failures, schedule.attempts), asked ?? .zero)
    }

    private mutating func move(to next: Phase) {
        if phase.canMove(to: next, desired: desired) { phase = next }
    }
}
