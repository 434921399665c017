extension Endpoint {
    /// Where the endpoint stands between what is desired and what the cloud shows.
    public enum Phase: String, CaseIterable, Codable, Sendable {
        /// The consumer is being let in on the producer's side.
        case admitting
        /// The endpoint is being made in the consumer's network.
        case creating
        /// The two sides are being joined.
        case connecting
        case active
        /// Self-managed: the consumer has not made its endpoint yet. At AWS it is let in already, at Google then.
        case awaitingConsumer = "awaiting_consumer"
        /// The cloud shows trouble, or drift that Postern must not repair by itself.
        case attention
        /// A call failed and is tried again.
        case failing
        /// A call failed in a way that needs a change first.
        case failed
        case closing
        /// Gone, and seen to be gone. Final.
        case closed

        /// Whether the reconciler may move an endpoint from this phase to `next` while `desired` stands. What is
        /// wanted never closes, and what is unwanted never gets any closer to a connection.
        public func canMove(to next: Phase, desired: Desired) -> Bool {
            guard self != next else { return false }
            return switch (self, desired, next) {
            case (.closed, _, _): false
            case (_, .present, .closing), (_, .present, .closed): false
            case (.closing, .present, _): false
            case (_, .present, _): true
            case (_, .absent, .closing), (_, .absent, .closed): true
            case (_, .absent, .failing), (_, .absent, .failed), (_, .absent, .attention): true
            case (_, .absent, .admitting), (_, .absent, .creating), (_, .absent, .connecting): false
            case (_, .absent, .active), (_, .absent, .awaitingConsumer): false
            }
        }
    }
}
