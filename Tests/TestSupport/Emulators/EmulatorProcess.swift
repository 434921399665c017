public import Foundation
import Synchronization

/// A cloud's emulator, a Python program that prints the port it listens on. It ends with this process.
public final class EmulatorProcess: Sendable {
    /// `http://127.0.0.1:PORT`
    public let address: String
    // Held, so that its standard input stays open: the emulator ends when that closes.
    private let process: Mutex<Process>

    /// - Parameters:
    ///   - folder: the emulator's folder below `Tests/Emulators`, in which its module is.
    ///   - arguments: of the Python interpreter.
    public init(folder: String, arguments: [String]) throws {
        let python = try Self.python()
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        process.currentDirectoryURL = Self.root.appending(path: "Tests/Emulators/\(folder)")
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let chunk = output.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw EmulatorFailure("the emulator \(folder) ended before it listened") }
            line += chunk
        }
        guard let port = Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw EmulatorFailure("the emulator \(folder) printed no port") }
        address = "http://127.0.0.1:\(port)"
        self.process = Mutex(process)
    }

    public func stop() { process.withLock { $0.terminate() } }

    /// The package's folder.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// `POSTERN_TEST_PYTHON`, else the one that `scripts/test` sets up.
    static func python() throws -> String {
        let chosen = ProcessInfo.processInfo.environment["POSTERN_TEST_PYTHON"]
        let path = chosen ?? root.appending(path: ".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw EmulatorFailure(
                "no Python at \(path): run scripts/test, which sets it up, or name one in POSTERN_TEST_PYTHON")
        }
        return path
    }
}

/// Why an emulator could not do what a test asked of it.
public struct EmulatorFailure: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
