import Glibc

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
