import FoundationEssentials

/// `demo.env`: what the curl lines of the README need, one `NAME=value` a line, fit to be sourced by a shell. It holds
/// tokens, so that nobody but its owner may read it.
struct DemoFile {
    let path: String

    init(folder: String) { path = folder + "/demo.env" }

    /// The values of an existing file; nil if there is none, or it is not readable.
    func read() -> [String: String]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let pairs = String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    /// Replaces the file as a whole.
    /// - Throws: `OperatorFault` if the folder does not let it.
    func write(_ values: [(name: String, value: String)]) throws(OperatorFault) {
        let text = values.map { "\($0.name)=\($0.value)\n" }.joined()
        guard FileDescriptor.replace(path, with: Data(text.utf8)) else {
            throw OperatorFault("\(path) cannot be written")
        }
    }
}
