import Foundation
import Synchronization

@testable import crash_rig

/// One process of the rig, from its start to its end.
struct RigProcess {
    enum End: Equatable {
        case finished
        case killed
        case failed(String)
    }

    let order: Order

    /// - Parameter answer: what the world outside says to the process's calls.
    func run(answer: @escaping @Sendable (PortCall) async -> PortReply) async throws -> End {
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = Self.executable
        process.arguments = [String(decoding: try JSONEncoder().encode(order), as: UTF8.self)]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        let (ends, ended) = AsyncStream.makeStream(of: End.self)
        process.terminationHandler = { process in
            switch (process.terminationReason, process.terminationStatus) {
            case (.exit, 0): ended.yield(.finished)
            case (.uncaughtSignal, SIGKILL): ended.yield(.killed)
            case (_, let status):
                let words = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
                ended.yield(.failed("status \(status): \(words)"))
            }
            ended.finish()
        }
        try process.run()
        for await line in lines(of: output.fileHandleForReading) {
            let reply = await answer(try JSONDecoder().decode(PortCall.self, from: line))
            try input.fileHandleForWriting.write(
                contentsOf: try JSONEncoder().encode(reply) + [UInt8(ascii: "\n")])
        }
        return await ends.first { _ in true } ?? .failed("no end")
    }

    /// Read by a thread of its own: the calls may come at any time.
    private func lines(of handle: FileHandle) -> AsyncStream<Data> {
        let (lines, arrived) = AsyncStream.makeStream(of: Data.self)
        Thread.detachNewThread {
            var rest = Data()
            while true {
                let chunk = handle.availableData
                guard !chunk.isEmpty else { return arrived.finish() }
                rest += chunk
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    arrived.yield(Data(rest[..<end]))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
        }
        return lines
    }

    /// Beside the test bundle, in the build folder.
    private static let executable: URL = {
        let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return here.appending(path: "crash-rig")
    }()
}
