import Dispatch
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ends the process when a stop takes too long. It stands outside of Swift's concurrency, which whatever holds up the
/// stop may be holding up too. Nothing acknowledged is lost: the store is made for `kill -9`.
final class StopDeadline {
    private let sources: [any DispatchSourceSignal]

    /// From now on, a first SIGTERM or SIGINT gives the process `allowance` to end by itself.
    init(allowance: Duration, logger: Logger) {
        let queue = DispatchQueue(label: "postern.stop-deadline")
        sources = [SIGTERM, SIGINT].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler {
                queue.asyncAfter(deadline: .now() + allowance / .seconds(1)) {
                    logger.critical("The stop took too long: what still ran was cut off")
                    _exit(EXIT_FAILURE)
                }
            }
            return source
        }
        for source in sources { source.activate() }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
