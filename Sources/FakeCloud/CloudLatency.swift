/// How long the fake cloud takes over what it does: until then it shows that it is at work.
public struct CloudLatency: Hashable, Sendable {
    /// Until an endpoint that was asked for is there.
    public var creation: Duration
    /// Until an endpoint that is there shows on the producer's side (AWS).
    public var visibility: Duration
    /// From the decision until the connection serves.
    public var acceptance: Duration
    /// Until something that was deleted is gone.
    public var deletion: Duration
    /// Until a service that was asked for can be used.
    public var publication: Duration

    public init(
        creation: Duration, visibility: Duration, acceptance: Duration, deletion: Duration, publication: Duration
    ) {
        self.creation = creation
        self.visibility = visibility
        self.acceptance = acceptance
        self.deletion = deletion
        self.publication = publication
    }

    /// All is done when the call returns.
    public static let none = CloudLatency(
        creation: .zero, visibility: .zero, acceptance: .zero, deletion: .zero, publication: .zero)
    /// Fast enough for a person who tries things out, slow enough to be seen.
    public static let lifelike = CloudLatency(
        creation: .milliseconds(800), visibility: .milliseconds(400), acceptance: .milliseconds(800),
        deletion: .milliseconds(800), publication: .seconds(2))
}
