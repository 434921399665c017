public import Foundation

/// A program of somebody else's that judges what Postern did.
public struct Witness: Sendable {
    private let program: String

    /// Looked for beside the Python that runs the emulators, then in this machine's `PATH`; nil if it is in neither.
    public init?(_ name: String) {
        let python = (try? EmulatorProcess.python()).map { URL(filePath: $0).deletingLastPathComponent().path }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let paths = ([python].compactMap(\.self) + folders).map { "\($0)/\(name)" }
        guard let found = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
        program = found
    }

    /// Runs it to its end.
    /// - Returns: what it printed.
    /// - Throws: `EmulatorFailure` if it fails, with what it said.
    @discardableResult
    public func run(_ arguments: [String], environment: [String: String], in folder: URL? = nil) throws -> Data {
        let process = Process()
        let (output, errors) = (Pipe(), FileManager.default.temporaryDirectory.appending(path: "witness-\(UUID())"))
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: printed + ((try? Data(contentsOf: errors)) ?? Data()), as: UTF8.self)
            throw EmulatorFailure("\(program) \(arguments.joined(separator: " ")): \(said.suffix(3000))")
        }
        return printed
    }
}
