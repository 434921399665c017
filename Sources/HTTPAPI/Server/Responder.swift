import ControlPlane
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Finds the route of a request, calls it, and makes a response of whatever comes of that.
struct Responder: HTTPResponder {
    typealias Context = CallContext

    let routes: RouteTable
    let behindProxy: Bool
    let logger: Logger
    let log: AccessLog

    func respond(to request: Request, context: CallContext) async throws -> Response {
        let start = ContinuousClock.now
        var (call, route) = describe(request, context)
        var reply: Reply
        do {
            call.body = try await Self.body(of: request)
            reply = try await answer(call, route)
        } catch {
            reply = problem(error, call).reply(requestID: call.requestID)
        }
        log.answered(call, reply, in: .now - start)
        return Self.response(reply, call)
    }

    private func describe(_ request: Request, _ context: CallContext) -> (Call, RouteTable.Outcome) {
        let target = RequestTarget(request.head.path ?? "/")
        let outcome = routes.find(request.method, target.path)
        let requestID = RequestID.from(request.headers[.requestID])
        var logger = logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        if let parent = request.headers[.traceparent], RequestID.isFit(parent) {
            logger[metadataKey: "traceparent"] = "\(parent)"
        }
        let client = Client(request, peer: context.peer, behindProxy: behindProxy)
        var call = Call(
            method: request.method, template: "-", path: String(target.path), parameters: [:],
            query: Query(target.query), headers: request.headers, body: [], requestID: requestID,
            remote: client.address, scheme: client.scheme, logger: logger, notes: CallNotes())
        if case .found(let route, let parameters) = outcome {
            call.method = route.method
            call.template = route.path
            call.parameters = parameters
        }
        return (call, outcome)
    }

    /// The guard before us hands on only requests that are whole and small enough.
    private static func body(of request: Request) async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await buffer in request.body { body.append(contentsOf: buffer.readableBytesView) }
        return body
    }

    private func answer(_ call: Call, _ outcome: RouteTable.Outcome) async throws -> Reply {
        switch outcome {
        case .found(let route, _):
            if let coding = call.headers[.contentEncoding], coding.lowercased() != "identity" {
                throw Problem(
                    .unsupportedMediaType, "A body must not be compressed.",
                    faults: [.init(.header("Content-Encoding"), "Leave it out.")])
            }
            return try await route.handler(call)
        case .otherMethods(let allowed):
            let headers: HTTPFields = [.allow: allowed.joined(separator: ", ")]
            if call.method == .options { return Reply(status: .noContent, headers: headers) }
            throw Problem(.methodNotAllowed, "\(call.method) is not among the methods of this path.", headers: headers)
        case .malformed: throw Problem(.badRequest, "The path is not percent-encoded UTF-8 without control characters.")
        case .unknown:
            if call.method == .options, call.path == "*" {
                return Reply(status: .noContent, headers: [.allow: "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"])
            }
            throw Problem(.notFound, "There is no such path.")
        }
    }

    private func problem(_ error: any Error, _ call: Call) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case StoreError.unavailable(let reason):
            call.logger.error("store unavailable", metadata: ["reason": "\(reason)"])
            return Problem(.unavailable, "The store cannot be used now.", headers: [.retryAfter: "5"])
        case StoreError.damaged:
            return Problem(
                .unavailable, "The store is damaged, and its operator has been told.", headers: [.retryAfter: "60"])
        default:
            call.logger.error("request failed", metadata: ["route": "\(call.template)", "error": "\(error)"])
            return Problem(.internal, "The log has the cause, under the request id.")
        }
    }

    private static func response(_ reply: Reply, _ call: Call) -> Response {
        var headers = reply.headers
        if let contentType = reply.contentType { headers[.contentType] = contentType }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        headers[.xContentTypeOptions] = "nosniff"
        headers[.requestID] = call.requestID
        if let parent = call.headers[.traceparent], RequestID.isFit(parent) { headers[.traceparent] = parent }
        var response = Response(
            status: reply.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
        if reply.status == .noContent || reply.status == .notModified { response.headers[.contentLength] = nil }
        return response
    }
}

/// What Hummingbird keeps for us about a request: who is at the other end of the connection.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
    }
}
