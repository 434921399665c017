import Foundation
import Synchronization

@testable import crash_rig

/// One process of the rig, from its start to its end.
struct RigProcess {
    enum End: Equatable {
        case finished(Calls)
        case killed
        case failed(String)
    }

    /// At which the process could have died on the way.
    struct Calls: Equatable {
        var count = 0
        /// Those that could have been late.
        var delayable: [Int] = []
    }

    let order: Order

    /// - Parameter answer: what the world outside says to the process's calls.
    func run(answer: @escaping @Sendable (PortCall) async -> PortReply) async throws -> End {
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = Self.executable
        process.arguments = [try Errand.play(order).argument]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        let (deaths, died) = AsyncStream.makeStream(of: Death.self)
        process.terminationHandler = { process in
            died.yield(Death(reason: process.terminationReason, status: process.terminationStatus))
            died.finish()
        }
        try process.run()
        var calls = Calls()
        for await line in output.fileHandleForReading.lines {
            let call = try JSONDecoder().decode(PortCall.self, from: line)
            let reply: PortReply
            if case .ended(let count, let delayable) = call {
                (calls, reply) = (Calls(count: count, delayable: delayable), .done)
            } else {
                reply = await answer(call)
            }
            try input.fileHandleForWriting.write(
                contentsOf: try JSONEncoder().encode(reply) + [UInt8(ascii: "\n")])
        }
        let last = await deaths.first(where: { _ in true })
        defer { [input, output, errors].forEach { $0.close() } }
        switch last {
        case Death(reason: .exit, status: 0): return .finished(calls)
        case Death(reason: .uncaughtSignal, status: SIGKILL): return .killed
        case let death:
            let words = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
            return .failed("status \(death?.status ?? -1): \(words)")
        }
    }

    private struct Death: Equatable {
        let reason: Process.TerminationReason
        let status: CInt
    }

    /// Beside the test bundle, in the build folder.
    static let executable: URL = {
        let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return here.appending(path: "crash-rig")
    }()
}
