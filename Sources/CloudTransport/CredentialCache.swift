public import Connectivity
public import ControlPlane

/// Keeps one credential for all its users: one fetch serves every caller that waits, and it is renewed before it
/// expires. A renewal that fails is not felt as long as the old one holds.
public actor CredentialCache<Value: Sendable> {
    /// A credential and its end.
    public struct Grant: Sendable {
        public let value: Value
        /// nil: it never expires.
        public let expiresAt: Timestamp?

        public init(_ value: Value, expiresAt: Timestamp?) {
            self.value = value
            self.expiresAt = expiresAt
        }
    }

    private let now: @Sendable () -> Timestamp
    private let margin: Duration
    private let hold: Duration
    private let fetch: @Sendable () async throws(CloudError) -> Grant

    private var grant: Grant?
    private var failure: CloudError?
    /// Until then the last fetch's outcome stands, whatever it was: a source may give out what is about to end, too.
    private var heldUntil: Timestamp?
    private var fetching: Task<Result<Grant, CloudError>, Never>?

    /// - Parameters:
    ///   - margin: how long before its end a credential is renewed.
    ///   - hold: how long after a fetch that did not help no other is made, so that a crowd of callers is one call.
    public init(
        margin: Duration = .seconds(300), hold: Duration = .seconds(2),
        now: @escaping @Sendable () -> Timestamp, fetch: @escaping @Sendable () async throws(CloudError) -> Grant
    ) {
        self.margin = margin
        self.hold = hold
        self.now = now
        self.fetch = fetch
    }

    /// The credential, fetched if need be. A caller that is cancelled does not end the fetch of the others.
    public func value() async throws(CloudError) -> Value {
        if let grant, remaining(grant) > (isHeld ? .zero : margin) { return grant.value }
        do throws(CloudError) {
            return try await renewed().value
        } catch {
            guard let grant, remaining(grant) > .zero else { throw error }
            return grant.value
        }
    }

    /// Drops whatever is kept: what it was derived from has changed.
    public func forget() {
        grant = nil
        failure = nil
        heldUntil = nil
    }

    private var isHeld: Bool { heldUntil.map { now() < $0 } ?? false }

    private func renewed() async throws(CloudError) -> Grant {
        if let fetching { return try await fetching.value.get() }
        if let failure, isHeld { throw failure }
        let fetch = self.fetch
        let task = Task { () -> Result<Grant, CloudError> in
            do throws(CloudError) { return .success(try await fetch()) } catch { return .failure(error) }
        }
        fetching = task
        let result = await task.value
        fetching = nil
        heldUntil = now() + hold
        switch result {
        case .success(let fetched):
            grant = fetched
            failure = nil
        case .failure(let error): failure = error
        }
        return try result.get()
    }

    private func remaining(_ grant: Grant) -> Duration { grant.expiresAt?.since(now()) ?? .seconds(Int64.max / 1000) }
}

extension CredentialCache where Value: Equatable {
    /// Drops the credential that the cloud said is not good any more, unless another has taken its place since: of many
    /// callers that were refused at once, the first has a new one fetched, and the others share it.
    /// - Parameter refused: nil if none could be had at all; then the failure is dropped.
    /// - Returns: whether something was dropped.
    @discardableResult
    public func forget(ifStill refused: Value?) -> Bool {
        guard grant?.value == refused else { return false }
        forget()
        return true
    }
}
