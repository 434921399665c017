/// How eagerly the log of events is checked.
public struct LogWatchSettings: Hashable, Sendable {
    /// From the end of one check of the whole log to the beginning of the next.
    public var interval: Duration
    /// How often new events are looked for.
    public var period: Duration
    /// Events checked in one go: a few milliseconds of work.
    public var stretch: Int
    /// How many times as long as a stretch took nothing is done after it: 9 leaves a tenth of one processor.
    public var restPerWork: Int

    public init(
        interval: Duration = .seconds(3600), period: Duration = .seconds(1), stretch: Int = 200, restPerWork: Int = 9
    ) {
        self.interval = interval
        self.period = period
        self.stretch = stretch
        self.restPerWork = restPerWork
    }
}
