import Connectivity
import FakeCloud
import Foundation

/// A fake cloud in a process of its own, which outlives those that are killed. It goes by a journal: so the scene can be
/// set before it starts, and looked at when it has ended.
struct CloudHost {
    private let desk: CloudDesk

    init(_ order: CloudOrder) throws {
        let clock = StoryClock(after: nil)
        let cloud = try FakeCloud(journal: order.journal, environment: clock.environment, slowness: .zero)
        let stage = order.stage
        desk = CloudDesk(
            backend: cloud.backend(for: stage.provider),
            advance: {
                // Steps short enough for what leads to something else; each begins what is due, and writes it down.
                for _ in 0..<8 {
                    clock.advance(by: .milliseconds(300))
                    _ = await cloud.inventory()
                }
            },
            makeEndpoint: {
                try await cloud.createEndpoint(
                    accountNativeID: stage.consumer.nativeID, subnetNativeID: stage.subnet,
                    serviceName: order.serviceName)
            })
    }

    /// Until nobody asks any more.
    func run() async throws {
        while let line = readLine() {
            let call = try JSONDecoder().decode(PortCall.self, from: Data(line.utf8))
            let reply = try JSONEncoder().encode(await desk.answer(call))
            try FileHandle.standardOutput.write(contentsOf: reply + [UInt8(ascii: "\n")])
        }
    }
}
