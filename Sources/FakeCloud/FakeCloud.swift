public import Connectivity
public import ControlPlane
import Synchronization

/// Both clouds in memory, for dev mode and for tests: projects that behave as Google's do, and accounts that behave as
/// AWS's do, native ids, statuses, errors and traps included. Time and chance come from the `Environment`, so a test
/// decides when an asynchronous operation ends.
///
/// With a journal it outlives the process: each effect is in the file before the call that had it returns.
public final class FakeCloud: Sendable {
    private struct Locked: Sendable {
        var state: CloudState
        var clock: CloudClock
        var faults = FaultScript()
    }

    private let locked: Mutex<Locked>
    private let journal: CloudJournal?
    private let environment: Environment
    private let slowness: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - journal: the file that keeps the cloud; nil: it ends with the process.
    ///   - slowness: how late the answer of a call is that was told to be slow.
    ///   - clock: measures that wait alone.
    /// - Throws: `JournalError`.
    public init(
        journal path: String? = nil, environment: Environment, latency: CloudLatency = .lifelike,
        slowness: Duration = .seconds(5), clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        self.environment = environment
        self.slowness = slowness
        self.clock = clock
        var state = CloudState(latency: latency, entropy: environment.entropy)
        journal = try path.map { path in
            try CloudJournal(path: path) { effects in
                for effect in effects { state.apply(effect) }
                return state.effects
            }
        }
        locked = Mutex(Locked(state: state, clock: CloudClock(after: state.latestPast)))
    }

    /// The cloud as Postern drives it.
    public func backend(for provider: CloudProvider) -> any CloudBackend {
        switch provider {
        case .gcp: FakePrivateServiceConnect(cloud: self)
        case .aws: FakePrivateLink(cloud: self)
        }
    }

    /// One native call, or a few that nothing comes between. What it recorded stays, even if it throws in the end.
    /// - Throws: what `body` throws; `unavailable` if the journal cannot take the effects.
    func transact<Value: Sendable>(
        _ body: (inout CloudState) throws(CloudError) -> Value
    ) throws(CloudError) -> Value {
        try locked.withLock { (locked: inout Locked) throws(CloudError) -> Value in
            locked.state.now = locked.clock.read(environment.now())
            locked.state.sweep()
            let outcome = Result { () throws(CloudError) -> Value in try body(&locked.state) }
            let effects = locked.state.takeUnsaved()
            if let journal, !effects.isEmpty {
                do {
                    try journal.append(effects)
                } catch {
                    throw CloudError(kind: .unavailable, message: "\(error)")
                }
            }
            return try outcome.get()
        }
    }

    /// The same, where a scripted fault may strike.
    func call<Value: Sendable>(
        _ operation: ScriptedFault.Operation, at provider: CloudProvider,
        _ body: (inout CloudState) throws(CloudError) -> Value
    ) async throws(CloudError) -> Value {
        let fault = locked.withLock { $0.faults.next(for: operation) }
        switch fault {
        case .throttled, .unavailable, .denied, .conflict:
            throw try transact { $0.scriptedError(fault, operation, at: provider) }
        case .slow:
            // Someone who gives up waiting gets the answer at once; the effect happens all the same.
            try? await clock.sleep(for: slowness)
            return try transact(body)
        case .replyLost:
            _ = try transact(body)
            throw try transact { $0.scriptedError(fault, operation, at: provider) }
        case nil: return try transact(body)
        }
    }

    func tell(_ fault: ScriptedFault) { locked.withLock { $0.faults.add(fault) } }

    func forgetFaults() { locked.withLock { $0.faults.clear() } }
}

extension CloudState {
    /// What the cloud answers, or what the client makes of no answer.
    fileprivate mutating func scriptedError(
        _ fault: ScriptedFault.Kind?, _ operation: ScriptedFault.Operation, at provider: CloudProvider
    ) -> CloudError {
        switch (fault, provider) {
        case (.throttled, .gcp): googleError(.throttled, "rateLimitExceeded", "Rate Limit Exceeded")
        case (.throttled, .aws): ec2Error(.throttled, "RequestLimitExceeded", "Request limit exceeded.")
        case (.unavailable, .gcp): googleError(.unavailable, "backendError", "Backend Error")
        case (.unavailable, .aws):
            ec2Error(.unavailable, "Unavailable", "The server is overloaded and can't handle the request.")
        case (.denied, .gcp):
            googleError(.denied, "forbidden", "Required permission is missing for the call \(operation.rawValue)")
        case (.denied, .aws):
            ec2Error(.denied, "UnauthorizedOperation", "You are not authorized to perform this operation.")
        case (.conflict, .gcp):
            googleError(.conflict, "conditionNotMet", "Supplied fingerprint does not match current metadata")
        case (.conflict, .aws):
            ec2Error(.conflict, "IncorrectState", "The resource is not in a state for this operation.")
        case (.replyLost, _), (.slow, _), (nil, _):
            CloudError(kind: .unavailable, message: "The connection was closed before the answer came.")
        }
    }
}
