/// How eagerly the reconciler looks at the clouds.
public struct ReconcilerSettings: Hashable, Sendable {
    /// How often it asks the store what is due; a wake comes between.
    public var period: Duration
    /// Endpoints, services and accounts worked on at once.
    public var concurrency: Int
    /// After this time without a sign of life, another reconciler takes the work over.
    public var leaseDuration: Duration
    /// How often an endpoint that is active, or waits for its consumer, is looked at again.
    public var endpointPeriod: Duration
    /// How often a service and its connections are looked at again.
    public var servicePeriod: Duration
    /// How often an account's networks are read again.
    public var accountPeriod: Duration
    /// How often something that failed for good is tried all the same: the change may have been made in the cloud.
    public var failedPeriod: Duration
    /// How long after an endpoint's or a service's end a call that was begun before it may still take effect: longer than
    /// any call lasts, and than a cloud needs to show what it did.
    public var lateEffectPeriod: Duration

    public init(
        period: Duration = .milliseconds(200), concurrency: Int = 16, leaseDuration: Duration = .seconds(120),
        endpointPeriod: Duration = .seconds(60), servicePeriod: Duration = .seconds(30),
        accountPeriod: Duration = .seconds(300), failedPeriod: Duration = .seconds(600),
        lateEffectPeriod: Duration = .seconds(120)
    ) {
        self.period = period
        self.concurrency = concurrency
        self.leaseDuration = leaseDuration
        self.endpointPeriod = endpointPeriod
        self.servicePeriod = servicePeriod
        self.accountPeriod = accountPeriod
        self.failedPeriod = failedPeriod
        self.lateEffectPeriod = lateEffectPeriod
    }
}
