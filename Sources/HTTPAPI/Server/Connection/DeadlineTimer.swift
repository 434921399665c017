import NIOCore

/// One deadline that moves often and is reached seldom: moving it later costs nothing, because the task that is already
/// scheduled looks again when it runs.
final class DeadlineTimer {
    private let eventLoop: any EventLoop
    private let onExpiry: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: (time: NIODeadline, task: Scheduled<Void>)?

    /// To be made and used on the event loop.
    init(_ eventLoop: any EventLoop, onExpiry: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.onExpiry = onExpiry
    }

    /// Replaces the deadline by one this far from now.
    func start(_ duration: Duration) {
        let deadline = eventLoop.now + TimeAmount(duration)
        self.deadline = deadline
        if let scheduled {
            if scheduled.time <= deadline { return }
            scheduled.task.cancel()
        }
        schedule(deadline)
    }

    /// No deadline, for the time being.
    func stop() { deadline = nil }

    func invalidate() {
        deadline = nil
        scheduled?.task.cancel()
        scheduled = nil
    }

    private func schedule(_ time: NIODeadline) {
        scheduled = (time, eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.look() })
    }

    private func look() {
        scheduled = nil
        guard let deadline else { return }
        guard deadline <= eventLoop.now else { return schedule(deadline) }
        self.deadline = nil
        onExpiry()
    }
}
