import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands between the HTTP decoder and the application, for one connection. It hands on only requests that have arrived
/// whole, one at a time, and answers by itself those that break a rule; so the application sees no slow client, no
/// endless body and no doubtful framing.
///
/// While a request is answered, nothing more is read: what was read already waits in a queue.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// For the first byte of a request.
        case waiting
        case readingHeader
        case readingBody
        /// The application has the request.
        case answering
        /// The answer is complete, and on its way to the client.
        case flushing
        /// Our side is closed; what the client still sends is thrown away, or it might never see the answer.
        case lingering
        case closed

        var reads: Bool {
            switch self {
            case .waiting, .readingHeader, .readingBody: true
            case .answering, .flushing, .lingering, .closed: false
            }
        }
    }

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case fault(Problem)
    }

    private let limits: HTTPServerSettings.Limits
    private let budget: BodyBudget
    private let log: AccessLog
    private var phase = Phase.waiting
    private var request: IncomingRequest?
    private var queue = CircularBuffer<Arrival>()
    private var timer: DeadlineTimer?
    private var closesAfterAnswer = false
    /// No request yet.
    private var isFresh = true
    private var isStopping = false
    private var isInputClosed = false
    private var isReadHeldBack = false
    /// Whether the request line is complete, as far as the bytes tell.
    private var hasLineEnd = false

    init(limits: HTTPServerSettings.Limits, budget: BodyBudget, log: AccessLog) {
        self.limits = limits
        self.budget = budget
        self.log = log
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        timer = DeadlineTimer(context.eventLoop) { [unowned self] in expired(context) }
        timer?.start(limits.headerDeadline)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .closed
        timer?.invalidate()
        timer = nil
        queue.removeAll()
        forgetRequest()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        arrived(.fault(Problem(error, isInRequestLine: !hasLineEnd)), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if phase.reads || phase == .lingering { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            stop(context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func stop(_ context: ChannelHandlerContext) {
        isStopping = true
        closesAfterAnswer = true
        switch phase {
        case .waiting, .readingHeader: context.close(promise: nil)
        case .readingBody, .flushing:
            timer?.start(limits.shutdownDeadline)
        case .answering, .lingering, .closed: return
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // The application closes its output when it is done; when the client's copy is complete is known only here.
        if mode == .output {
            promise?.succeed()
        } else {
            context.close(mode: .all, promise: promise)
        }
    }

    private func expired(_ context: ChannelHandlerContext) {
        switch phase {
        case .readingHeader, .readingBody:
            refuse(Problem(.requestTimeout, "The request did not arrive in time."), context)
        case .waiting, .flushing, .lingering: context.close(promise: nil)
        case .answering, .closed: return
        }
    }

    // MARK: Requests

    /// - Returns: whether they are of interest.
    func bytesArrived(_ bytes: ByteBuffer) -> Bool {
        switch phase {
        case .waiting:
            phase = .readingHeader
            // The first header has its time from the connection's start.
            if !isFresh { timer?.start(limits.headerDeadline) }
            hasLineEnd = bytes.readableBytesView.contains(UInt8(ascii: "\n"))
        case .readingHeader:
            hasLineEnd = hasLineEnd || bytes.readableBytesView.contains(UInt8(ascii: "\n"))
        case .readingBody, .answering: break
        case .flushing: return !closesAfterAnswer
        case .lingering, .closed: return false
        }
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { arrived(.part(unwrapInboundIn(data)), context) }

    func channelReadComplete(context: ChannelHandlerContext) {
        if phase == .lingering { context.read() }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        switch phase {
        case .answering, .flushing: isReadHeldBack = true
        case .waiting, .readingHeader, .readingBody, .lingering, .closed: context.read()
        }
    }

    private func arrived(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        switch phase {
        case .waiting, .readingHeader, .readingBody: take(arrival, context)
        case .answering, .flushing: queue.append(arrival)
        case .lingering, .closed: return
        }
    }

    private func take(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        do throws(Problem) {
            switch arrival {
            case .part(.head(let head)): try begin(head, context)
            case .part(.body(let bytes)): try append(bytes)
            case .part(.end): handOver(context)
            case .fault(let problem): throw problem
            }
        } catch {
            refuse(error, context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) throws(Problem) {
        request = IncomingRequest(head: head)
        phase = .readingBody
        timer?.start(limits.bodyDeadline)
        let verdict = try RequestHeadRules(limits: limits).check(head)
        closesAfterAnswer = isStopping || !verdict.isKeptAlive
        if verdict.expectsContinue {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        }
    }

    private func append(_ bytes: ByteBuffer) throws(Problem) {
        let size = (request?.body?.readableBytes ?? 0) + bytes.readableBytes
        guard size <= limits.body else { throw RequestHeadRules.tooLarge(limits.body) }
        guard budget.take(bytes.readableBytes) else {
            throw Problem(.unavailable, "Too many requests are arriving at once.", headers: [.retryAfter: "1"])
        }
        request?.append(bytes)
    }

    private func handOver(_ context: ChannelHandlerContext) {
        guard var head = request?.head else { return }
        phase = .answering
        isFresh = false
        timer?.stop()
        ContentCoding.settle(&head.headers)
        context.fireChannelRead(wrapInboundOut(.head(head)))
        if let body = request?.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        context.fireChannelReadComplete()
    }

    private func forgetRequest() {
        budget.give(back: request?.body?.readableBytes ?? 0)
        request = nil
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase == .answering else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if closesAfterAnswer || (isInputClosed && queue.isEmpty) {
                closesAfterAnswer = true
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            } else if request?.head.version == .http1_0 {
                head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where request?.head.method == .HEAD:
            // The application answers as it does to GET, so that the header tells what the body would be.
            promise?.succeed()
        case .body: context.write(data, promise: promise)
        case .end: writeEnd(context, promise)
        }
    }

    private func writeEnd(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        phase = .flushing
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.answered(context)
            case .failure: context.close(promise: nil)
            }
        }
        timer?.start(isStopping ? limits.shutdownDeadline : limits.responseDeadline)
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// The client has the whole answer, as far as can be known.
    private func answered(_ context: ChannelHandlerContext) {
        guard phase == .flushing else { return }
        forgetRequest()
        if closesAfterAnswer { return linger(context) }
        phase = .waiting
        timer?.start(limits.idle)
        while phase.reads, let arrival = queue.popFirst() { take(arrival, context) }
        guard phase.reads else { return }
        if isInputClosed { return context.close(promise: nil) }
        guard isReadHeldBack else { return }
        isReadHeldBack = false
        context.read()
    }

    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        let head = request?.head
        let requestID = RequestID.from(head?.headers.first(name: "Request-Id"))
        let refusal = Refusal(problem, requestID: requestID)
        log.refused(problem, method: head?.method.rawValue, requestID: requestID, remote: context.remoteAddress)
        closesAfterAnswer = true
        queue.removeAll()
        context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
        if head?.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(refusal.body))), promise: nil)
        }
        writeEnd(context, nil)
        context.flush()
    }

    private func linger(_ context: ChannelHandlerContext) {
        phase = .lingering
        queue.removeAll()
        if isInputClosed { return context.close(promise: nil) }
        timer?.start(limits.lingering)
        context.close(mode: .output, promise: nil)
        context.read()
    }
}
