import FoundationEssentials

/// Standard output, for results; standard error, for everything else.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) { write(Data(text.utf8)) }

    /// What nobody reads any more is dropped.
    func write(_ data: Data) { _ = FileDescriptor.write(data, to: rawValue) }
}
