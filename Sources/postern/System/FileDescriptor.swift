import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few system calls for which Foundation has no safe form.
enum FileDescriptor {
    /// Writes all of `data`, in one call where the system takes it so: lines of concurrent writers then stay whole.
    static func write(_ data: Data, to descriptor: Int32) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, written))
        }
        return true
    }

    /// Puts a file with this content, for its owner's eyes only, in the place of `path`: a reader sees the old one or
    /// the new one, whole.
    static func replace(_ path: String, with data: Data) -> Bool {
        let draft = "\(path).\(UInt64.random(in: 0...UInt64.max))"
        // Exclusive, so that no link laid in its place can lead the content elsewhere.
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = write(data, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            return false
        }
        return true
    }

    /// From now on, what this process makes is for its own user's eyes only.
    static func makeFilesPrivate() { umask(0o077) }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
