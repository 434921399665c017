import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// A connection that sends exactly the bytes it is told, and shows exactly those that come back.
final class RawClient: Sendable {
    private let channel: any Channel
    private let reader: Reader

    private init(channel: any Channel, reader: Reader) {
        self.channel = channel
        self.reader = reader
    }

    /// - Parameter tls: nil: plain.
    static func connect(to port: Int, tls: NIOSSLContext? = nil) async throws -> RawClient {
        let reader = Reader()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(reader.handler())
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, reader: reader)
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// For clients whose server may have hung up already.
    func sendIfPossible(_ bytes: [UInt8]) async { try? await send(bytes) }

    func closeOutput() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }

    /// All that came, once `isEnough` says so or the server has closed.
    func receive(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await reader.wait { text, isClosed in isClosed || isEnough(text) }
    }

    /// All that came until the server closed.
    func receiveToEnd() async -> String { await receive { _ in false } }

    var isClosed: Bool { !channel.isActive }
}

extension RawClient {
    /// Sends one request on a connection of its own, and reads until the server closes it.
    static func exchange(_ port: Int, _ text: String) async throws -> RawResponse {
        try await exchange(port, Array(text.utf8))
    }

    static func exchange(_ port: Int, _ bytes: [UInt8]) async throws -> RawResponse {
        let client = try await connect(to: port)
        await client.sendIfPossible(bytes)
        let response = try #require(RawResponse(await client.receiveToEnd()))
        await client.close()
        return response
    }
}

/// Collects what a channel reads, for anyone to wait on.
private actor Reader {
    private var text = ""
    private var isClosed = false
    private var waiting:
        [(condition: @Sendable (String, Bool) -> Bool, continuation: CheckedContinuation<String, Never>)] = []

    nonisolated func handler() -> any ChannelHandler & Sendable { Handler(self) }

    func wait(_ condition: @escaping @Sendable (String, Bool) -> Bool) async -> String {
        if condition(text, isClosed) { return text }
        return await withCheckedContinuation { waiting.append((condition, $0)) }
    }

    private func add(_ bytes: [UInt8]) {
        text += String(decoding: bytes, as: UTF8.self)
        wake()
    }

    private func close() {
        isClosed = true
        wake()
    }

    private func wake() {
        waiting.removeAll { entry in
            guard entry.condition(text, isClosed) else { return false }
            entry.continuation.resume(returning: text)
            return true
        }
    }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let arrivals: AsyncStream<[UInt8]>.Continuation

        init(_ reader: Reader) {
            let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            arrivals = continuation
            Task {
                for await bytes in stream { await reader.add(bytes) }
                await reader.close()
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            arrivals.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) { arrivals.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
