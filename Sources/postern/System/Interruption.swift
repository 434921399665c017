import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Clears something away when the process is told to end before its work is done.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    /// From now on, SIGTERM and SIGINT end the process behind `cleanUp`, with the exit code that shells expect.
    init(_ cleanUp: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "postern.interruption")
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                cleanUp()
                _exit(128 + number)
            }
            return source
        }
        for source in sources { source.activate() }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
