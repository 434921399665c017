import CloudTransport
import Connectivity
import ControlPlane

/// Waits for operations, as long as one call of the backend may: what is not done then is left to a later look.
struct Patience: Sendable {
    private let api: ComputeAPI
    private let clock = ContinuousClock()
    private let end: ContinuousClock.Instant

    /// The server's own wait ends after two minutes; ours ends sooner.
    private static let longestWait = Duration.seconds(30)

    init(_ api: ComputeAPI) {
        self.api = api
        end = clock.now + api.google.settings.patience
    }

    /// Nobody waits for a task that was cancelled either.
    var isOver: Bool { clock.now >= end || Task.isCancelled }

    /// Follows an operation.
    /// - Returns: whether it is done; false: the cloud is still at work.
    /// - Throws: what the operation failed with.
    func follow(_ begun: Operation, in path: ResourcePath, as party: Party) async throws(CloudError) -> Bool {
        var operation = begun
        var looks = 0
        while !operation.isDone {
            guard !isOver else { return false }
            if looks > 0 { await pause(after: looks) }
            looks += 1
            operation = try await look(at: operation, in: path, as: party)
        }
        if let error = operation.error { throw .google(error, of: operation).on(party.side) }
        return true
    }

    /// `regionOperations.wait` answers as soon as the operation is done, or a while later: fewer calls than looking
    /// again and again. Where it brings no answer, the next look does.
    private func look(at operation: Operation, in path: ResourcePath, as party: Party) async throws(CloudError)
        -> Operation
    {
        let name = "projects/\(path.project)/regions/\(path.region ?? "")/operations/\(operation.name)"
        do throws(CloudError) {
            return try await api.google.send(
                .post, api.url("\(name)/wait"), for: Operation.self, about: name, as: party,
                timeout: min(Self.longestWait, clock.now.duration(to: end) + .seconds(1)))
        } catch let error where error.isRetryable {
            return operation
        }
    }

    /// Lets some time pass, longer each time. Ends at once if the task is cancelled.
    func pause(after attempts: Int) async {
        let schedule = RetrySchedule(base: .milliseconds(50), cap: .seconds(5))
        let jitter = api.google.environment.jitter()
        try? await clock.sleep(for: min(schedule.delay(afterAttempts: attempts, jitter: jitter), .seconds(5)))
    }
}
