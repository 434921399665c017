extension PublishedService {
    /// Where the service stands in the cloud.
    public enum Phase: String, CaseIterable, Codable, Sendable {
        /// Being made, or looked for the first time.
        case publishing
        /// Seen in the cloud, takes endpoints.
        case available
        /// The cloud shows something that only a person may mend.
        case attention
        /// A call failed and is tried again.
        case failing
        /// A call failed in a way that needs a change first.
        case failed
        /// Withdrawn; its endpoints are being closed.
        case retiring
        /// Gone, or no longer looked after. Final.
        case retired

        /// Whether the reconciler may move the service from this phase to `next`.
        public func canMove(to next: Phase) -> Bool {
            switch (self, next) {
            case (.retired, _): false
            case (_, .retired): self == .retiring || self == .failing || self == .failed
            case (.retiring, .failing), (.retiring, .failed), (_, .retiring): self != next
            case (.retiring, _): false
            case (.publishing, _), (.available, _), (.attention, _), (.failing, _), (.failed, _): self != next
            }
        }
    }
}
