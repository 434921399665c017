extension EndpointRequest {
    /// What can befall a request.
    public enum Event: String, CaseIterable, Sendable {
        /// The last approval that the policy asks for.
        case approve
        case reject
        case withdraw
        case expire
    }

    /// An event that the state does not allow.
    public struct IllegalTransition: Error, Hashable {
        public let state: State
        public let event: Event

        public init(state: State, event: Event) {
            self.state = state
            self.event = event
        }
    }
}

extension EndpointRequest.State {
    /// The state after `event`.
    /// - Throws: `IllegalTransition` once the request is resolved.
    public func next(_ event: EndpointRequest.Event) throws(EndpointRequest.IllegalTransition) -> Self {
        switch (self, event) {
        case (.pending, .approve): .approved
        case (.pending, .reject): .rejected
        case (.pending, .withdraw): .withdrawn
        case (.pending, .expire): .expired
        case (.approved, _), (.rejected, _), (.withdrawn, _), (.expired, _):
            throw EndpointRequest.IllegalTransition(state: self, event: event)
        }
    }
}
