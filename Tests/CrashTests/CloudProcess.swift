import Foundation
import Synchronization

@testable import crash_rig

/// A fake cloud in a process of its own. It ends with this object, or with the whole test.
final class CloudProcess: Sendable {
    private let process: Mutex<Process>
    private let pipes: [Pipe]
    private let input: FileHandle
    private let replies: AsyncStream<Data>
    private let ends: AsyncStream<Void>

    init(_ order: CloudOrder) throws {
        let process = Process()
        let (questions, answers) = (Pipe(), Pipe())
        process.executableURL = RigProcess.executable
        process.arguments = [try Errand.host(order).argument]
        process.standardInput = questions
        process.standardOutput = answers
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        pipes = [questions, answers]
        input = questions.fileHandleForWriting
        replies = answers.fileHandleForReading.lines
        self.ends = ends
        self.process = Mutex(process)
    }

    func answer(_ call: PortCall) async -> PortReply {
        do {
            try input.write(contentsOf: try JSONEncoder().encode(call) + [UInt8(ascii: "\n")])
            guard let line = await replies.first(where: { _ in true }) else { return .broken("the cloud has ended") }
            return try JSONDecoder().decode(PortReply.self, from: line)
        } catch {
            return .broken("\(error)")
        }
    }

    /// Whatever it has told is in its journal then.
    func end() async {
        process.withLock { _ = kill($0.processIdentifier, SIGKILL) }
        for await _ in ends {}
        for await _ in replies {}
        pipes.forEach { $0.close() }
    }
}

extension Pipe {
    /// Both ends. By itself that comes late or never, and a process with very many open files cannot start others: Foundation
    /// reads beyond the end of the list of them.
    func close() {
        try? fileHandleForReading.close()
        try? fileHandleForWriting.close()
    }
}

extension Errand {
    var argument: String { get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) } }
}

extension FileHandle {
    /// Read by a thread of its own: they may come at any time.
    var lines: AsyncStream<Data> {
        let (lines, arrived) = AsyncStream.makeStream(of: Data.self)
        Thread.detachNewThread {
            var rest = Data()
            while true {
                let chunk = self.availableData
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
}
