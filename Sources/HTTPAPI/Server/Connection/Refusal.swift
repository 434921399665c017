import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1

/// The reply to a request that never reached a route. The connection closes after it.
struct Refusal {
    let head: HTTPResponseHead
    let body: ByteBuffer

    init(_ problem: Problem, requestID: String) {
        let reply = problem.reply(requestID: requestID)
        var headers = HTTPHeaders(reply.headers.map { ($0.name.rawName, $0.value) })
        headers.add(name: "Content-Type", value: reply.contentType ?? "")
        headers.add(name: "Content-Length", value: String(reply.body.count))
        headers.add(name: "Cache-Control", value: "no-store")
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Request-Id", value: requestID)
        headers.add(name: "Date", value: HTTPDate.text(of: .now))
        headers.add(name: "Server", value: HTTPServer.name)
        headers.add(name: "Connection", value: "close")
        head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: problem.code.status), headers: headers)
        body = ByteBuffer(bytes: reply.body)
    }
}
