import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes

@testable import HTTPAPI

/// A connection on a clock that moves only when told, with the test in the application's place.
struct EmbeddedConnection {
    let channel: EmbeddedChannel
    private let sink = Sink()

    init(
        settings: HTTPServerSettings = HTTPServerSettings(), budget: BodyBudget? = nil, isStalled: Bool = false
    ) throws {
        channel = EmbeddedChannel()
        if isStalled { try channel.pipeline.syncOperations.addHandler(Stall()) }
        try HTTPConnection.addHandlers(
            to: channel.pipeline.syncOperations, settings: settings,
            budget: budget ?? BodyBudget(size: settings.limits.bodies),
            log: AccessLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try channel.pipeline.syncOperations.addHandler(sink)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// How many requests have reached the application.
    var requestCount: Int { sink.requestCount }

    var isOpen: Bool { channel.isActive }

    func send(_ text: String) {
        guard isOpen else { return }
        channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
    }

    func answer(_ status: HTTPResponse.Status = .noContent) {
        for part in [HTTPResponsePart.head(HTTPResponse(status: status)), .end(nil)] {
            channel.pipeline.write(part, promise: nil)
        }
        channel.pipeline.flush()
    }

    func wait(_ duration: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: duration) }

    func stop() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    /// What the client got since the last look.
    func received() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    private final class Sink: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart

        private(set) var requestCount = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .end = unwrapInboundIn(data) { requestCount += 1 }
        }
    }

    /// A client that takes nothing: no write is ever complete.
    private final class Stall: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private var promises: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { promises.append(promise) }
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            for held in promises { held.fail(ChannelError.ioOnClosedChannel) }
            promises = []
            context.close(mode: mode, promise: promise)
        }
    }
}
