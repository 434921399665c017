import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How a connection becomes requests: as Hummingbird's own HTTP/1 channel, with our guard in front of it.
struct HTTPConnection: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let settings: HTTPServerSettings
    let budget: BodyBudget
    let log: AccessLog

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try Self.addHandlers(to: channel.pipeline.syncOperations, settings: settings, budget: budget, log: log)
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }

    static func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations, settings: HTTPServerSettings, budget: BodyBudget,
        log: AccessLog
    ) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = settings.limits.header
        // The decoder counts the target in; the guard looks at that.
        decoderLimits.maxHeaderListSize = settings.limits.header + settings.limits.uri
        decoderLimits.maxHeaderFieldCount = settings.limits.headerFields
        let connection = ConnectionGuard(limits: settings.limits, budget: budget, log: log)
        try pipeline.addHandlers([
            ByteTap(connection), HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoderLimits)),
            connection, ContentCoding.compressor(), HTTP1ToHTTPServerCodec(secure: settings.tls != nil),
        ])
    }
}
