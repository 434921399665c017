import HTTPTypes
import Logging
import NIOCore

/// One line for every request. It has the route's template, not the path, and never a header.
struct AccessLog: Sendable {
    let logger: Logger

    func answered(_ call: Call, _ reply: Reply, in duration: Duration) {
        write(
            method: call.method.rawValue, template: call.template, status: reply.status.code, requestID: call.requestID,
            remote: call.remote, problem: reply.problem,
            more: [
                "duration_ms": "\(duration.milliseconds)", "bytes": "\(reply.body.count)",
                "subject": call.notes.subject.map { "\($0)" } ?? "-",
            ])
    }

    /// The request never reached a route.
    func refused(_ problem: Problem, method: String?, requestID: String, remote: SocketAddress?) {
        write(
            method: method ?? "-", template: "-", status: problem.code.status, requestID: requestID,
            remote: remote?.ipAddress ?? "-", problem: problem.code, more: [:])
    }

    private func write(
        method: String, template: String, status: Int, requestID: String, remote: String, problem: ProblemCode?,
        more: Logger.Metadata
    ) {
        guard logger.logLevel <= .info else { return }
        var metadata = more
        metadata["method"] = "\(method)"
        metadata["route"] = "\(template)"
        metadata["status"] = "\(status)"
        metadata["request_id"] = "\(requestID)"
        metadata["remote"] = "\(remote)"
        if let problem { metadata["problem"] = "\(problem.rawValue)" }
        logger.info("request", metadata: metadata)
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
