import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a journal cannot be used.
public enum JournalError: Error, Hashable, CustomStringConvertible {
    /// It cannot be opened, read or written; the system's words.
    case unusable(path: String, reason: String)
    /// This line, counted from 1, is not of a journal; only a torn last line is tolerated.
    case damaged(path: String, line: Int)

    public var description: String {
        switch self {
        case .unusable(let path, let reason): "The fake cloud's journal \(path) cannot be used: \(reason)."
        case .damaged(let path, let line): "The fake cloud's journal \(path) is damaged at line \(line)."
        }
    }
}

/// The file to which each effect is appended, one JSON line each, before the call that had it returns. What was written
/// survives the process, not a loss of power.
final class CloudJournal: Sendable {
    private let path: String
    private let descriptor: CInt

    /// Reads the effects that are there, and opens the file to append more. A journal that is long for what it tells
    /// is written anew.
    /// - Parameter replay: takes the effects in order, and gives those that lead to the same state.
    /// - Throws: `JournalError`.
    init(path: String, replay: ([Effect]) -> [Effect]) throws {
        self.path = path
        let (effects, isTorn) = try Self.read(path)
        let condensed = replay(effects)
        if isTorn || effects.count > 2 * condensed.count + 1000 { try Self.rewrite(path, with: condensed) }
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.systemError(path) }
    }

    deinit { close(descriptor) }

    /// - Throws: `JournalError.unusable`.
    func append(_ effects: [Effect]) throws {
        try Self.put(try Self.lines(effects), to: descriptor, path: path)
    }

    private static func read(_ path: String) throws -> (effects: [Effect], isTorn: Bool) {
        guard access(path, F_OK) == 0 else { return ([], false) }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw JournalError.unusable(path: path, reason: "it cannot be read")
        }
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line feed is a line whose writing was cut short.
        let isTorn = lines.popLast()?.isEmpty == false
        let decoder = JSONDecoder()
        var effects: [Effect] = []
        effects.reserveCapacity(lines.count)
        for (index, line) in lines.enumerated() {
            do {
                effects.append(try decoder.decode(Effect.self, from: line))
            } catch {
                throw JournalError.damaged(path: path, line: index + 1)
            }
        }
        return (effects, isTorn)
    }

    /// Puts a whole file in place of the old one, so that a crash leaves either.
    private static func rewrite(_ path: String, with effects: [Effect]) throws {
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw systemError(draft) }
        defer { close(file) }
        try put(try lines(effects), to: file, path: draft)
        guard rename(draft, path) == 0 else { throw systemError(path) }
    }

    private static func lines(_ effects: [Effect]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try effects.reduce(into: Data()) { data, effect in
            data.append(try encoder.encode(effect))
            data.append(UInt8(ascii: "\n"))
        }
    }

    private static func put(_ data: Data, to file: CInt, path: String) throws {
        try data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    guard errno == EINTR else { throw systemError(path) }
                } else {
                    rest = rest.dropFirst(count)
                }
            }
        }
    }

    private static func systemError(_ path: String) -> JournalError {
        .unusable(path: path, reason: String(cString: strerror(errno)))
    }
}
