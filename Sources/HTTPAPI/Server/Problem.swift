import HTTPTypes

/// Why a request was refused, as the client is told (RFC 9457). The server adds the request id when it writes it.
struct Problem: Error, Hashable {
    /// One thing at fault, and where.
    struct Fault: Hashable, Sendable {
        enum Place: Hashable, Sendable {
            /// In the body, by RFC 6901; empty for the whole of it.
            case pointer(String)
            /// A query or path parameter.
            case parameter(String)
            case header(String)
        }

        let place: Place
        let detail: String

        init(_ place: Place, _ detail: String) {
            self.place = place
            self.detail = detail
        }
    }

    let code: ProblemCode
    /// What happened this time, for a person.
    let detail: String
    var faults: [Fault]
    /// Further members, such as `existing`.
    var members: [JSONValue.Member]
    /// To add to the reply: `WWW-Authenticate`, `Allow`, `Retry-After`.
    var headers: HTTPFields

    init(
        _ code: ProblemCode, _ detail: String, faults: [Fault] = [], members: [JSONValue.Member] = [],
        headers: HTTPFields = [:]
    ) {
        self.code = code
        self.detail = detail
        self.faults = faults
        self.members = members
        self.headers = headers
    }

    func reply(requestID: String) -> Reply {
        var reply = Reply(
            status: .init(code: code.status), headers: headers, body: document(requestID: requestID).text,
            contentType: "application/problem+json")
        reply.problem = code
        return reply
    }

    private func document(requestID: String) -> JSONValue {
        var document: [JSONValue.Member] = [
            .init("type", .string(code.type)),
            .init("title", .string(code.title)),
            .init("status", .integer(code.status)),
            .init("detail", .string(detail)),
            .init("code", .string(code.rawValue)),
            .init("request_id", .string(requestID)),
            .init("errors", .array(faults.map(\.document))),
        ]
        document += members
        return .object(document)
    }
}

extension Problem.Fault {
    fileprivate var document: JSONValue {
        let (kind, name) =
            switch place {
            case .pointer(let pointer): ("pointer", pointer)
            case .parameter(let name): ("parameter", name)
            case .header(let name): ("header", name)
            }
        return .object([.init(kind, .string(name)), .init("detail", .string(detail))])
    }
}

extension Problem {
    /// A body that is not JSON.
    init(_ fault: JSONFault) {
        self.init(
            .invalidBody, "The body is not valid JSON: see byte \(fault.offset).",
            faults: [Fault(.pointer(fault.pointer), fault.detail)])
    }
}
