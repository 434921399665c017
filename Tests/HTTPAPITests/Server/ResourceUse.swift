import Glibc

/// The processor time that this thread has used.
func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// The memory that this process holds, in bytes.
func residentBytes() throws -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { throw CancellationError() }
    defer { fclose(file) }
    var pages: (Int, Int) = (0, 0)
    _ = withUnsafeMutablePointer(to: &pages.0) { size in
        withUnsafeMutablePointer(to: &pages.1) { resident in
            withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
        }
    }
    return pages.1 * Int(sysconf(Int32(_SC_PAGESIZE)))
}
