import Connectivity
import ControlPlane
import HTTPTypes
import Logging
import Synchronization
import TestSupport
import Testing

@testable import HTTPAPI

/// The whole API on an in-memory store, with a clock that only tests move, and people of every kind.
final class APIWorld: Sendable {
    let store = InMemoryStore()
    let cloud = HandledCloud()
    let clock = SteppedClock()
    let useCases: UseCases
    let api: API
    private let table: RouteTable
    private let secrets = Mutex<[Persona: String]>([:])

    init(
        readiness: [ReadinessCheck] = [],
        verification: LogVerification = LogVerification(
            state: .running, throughSequence: 0, checkedAt: nil, fault: nil),
        isDevelopment: Bool = true
    ) async throws {
        let clock = clock
        let entropy = MonotonicEntropy()
        let environment = Environment(
            now: { clock.now }, entropy: { entropy.next(at: $0) }, jitter: { 0.5 })
        useCases = UseCases(environment: environment, wake: WakeSignal(), providers: [.gcp, .aws])
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        api = try API(
            store: store, useCases: useCases, environment: environment, readiness: readiness,
            verification: { verification }, developmentCloud: isDevelopment ? cloud : nil, logger: logger)
        table = RouteTable(api.routes)
        try await admit(.admin, subject: "root", teams: [], roles: [.admin])
    }

    /// Gives a persona a token.
    func admit(
        _ persona: Persona, subject: String, teams: [String], roles: Set<AccessToken.Role> = [],
        expiresAt: Timestamp? = nil
    ) async throws {
        let secret = BearerSecret()
        let useCases = useCases
        let issue = Tokens.Issue(
            subject: subject, teams: teams.compactMap { Reference($0) }, roles: roles, description: nil,
            expiresAt: expiresAt, digest: secret.digest)
        _ = try await store.write { try useCases.tokens.issueAtServer(issue, in: $0) }
        secrets.withLock { $0[persona] = secret.text }
    }

    func secret(of persona: Persona) -> String? { secrets.withLock { $0[persona] } }

    /// What a client gets for a request, as the server would find the route and write the problem.
    func send(
        _ method: HTTPRequest.Method, _ target: String, as persona: Persona? = .admin, _ body: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) async -> Answer {
        var headers = headers
        if let persona, let secret = secret(of: persona) { headers[.authorization] = "Bearer \(secret)" }
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return await send(method, target, headers: headers, bytes: body?.text ?? [])
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, headers: HTTPFields, bytes: [UInt8]
    ) async -> Answer {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard case .found(let route, let parameters) = table.find(method, halves[0]) else {
            return Answer(Problem(.notFound, "no route").reply(requestID: "test"))
        }
        let call = Call(
            method: route.method, template: route.path, path: String(halves[0]), parameters: parameters,
            query: Query(halves.count > 1 ? halves[1] : nil), headers: headers, body: bytes, requestID: "test",
            remote: "127.0.0.1", scheme: "http", logger: Logger(label: "test"), notes: CallNotes())
        do {
            return Answer(try await route.handler(call))
        } catch let problem as Problem {
            return Answer(problem.reply(requestID: "test"))
        } catch {
            return Answer(Problem(.internal, "\(error)").reply(requestID: "test"))
        }
    }

    func get(_ target: String, as persona: Persona? = .admin, headers: HTTPFields = [:]) async -> Answer {
        await send(.get, target, as: persona, headers: headers)
    }

    func post(
        _ target: String, as persona: Persona? = .admin, _ body: JSONValue? = nil, headers: HTTPFields = [:]
    ) async -> Answer {
        await send(.post, target, as: persona, body, headers: headers)
    }

    /// The same as `post`, for what a test takes for granted.
    @discardableResult
    func make(
        _ target: String, as persona: Persona? = .admin, _ body: JSONValue? = nil, headers: HTTPFields = [:]
    ) async throws -> Answer {
        let answer = await post(target, as: persona, body, headers: headers)
        try #require((200..<300).contains(answer.status), "\(target): \(answer.text)")
        return answer
    }

    func patch(
        _ target: String, as persona: Persona? = .admin, _ body: JSONValue? = nil, headers: HTTPFields = [:]
    ) async -> Answer {
        await send(.patch, target, as: persona, body, headers: headers)
    }
}

/// Who calls.
enum Persona: String, CaseIterable, Sendable {
    /// Of a team that has nothing to do with anything.
    case outsider
    case consumer
    case owner
    /// A colleague of the owner.
    case secondOwner
    case auditor
    case admin
    case expired
    case revoked
}

/// A clock that stands still until a test moves it.
final class SteppedClock: Sendable {
    private let instant = Mutex(Timestamp(milliseconds: 1_790_000_000_123))

    var now: Timestamp { instant.withLock { $0 } }

    func advance(_ interval: Duration) { instant.withLock { $0 = $0 + interval } }
}

/// A reply as a client reads it.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]
    let contentType: String?
    let json: JSONValue?

    init(_ reply: Reply) {
        status = reply.status.code
        headers = reply.headers
        bytes = reply.body
        contentType = reply.contentType
        json = try? JSONParser.parse(reply.body)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    subscript(name: String) -> JSONValue? { json?[name] }

    var id: String { self["id"]?.string ?? "" }
    var code: String? { self["code"]?.string }
    var data: [JSONValue] { self["data"]?.elements ?? [] }
    var names: [String] { data.compactMap { $0["name"]?.string } }

    /// The pointers, parameters and header fields at fault, sorted.
    var faults: [String] {
        (self["errors"]?.elements ?? []).compactMap {
            ($0["pointer"] ?? $0["parameter"] ?? $0["header"])?.string
        }.sorted()
    }
}

extension JSONValue {
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int? { if case .number(let number) = self { number.integer } else { nil } }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    var keys: [String] { if case .object(let members) = self { members.map(\.name) } else { [] } }

    /// The same object with another member, or with another value of one.
    func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(let members) = self else { return self }
        let others = members.filter { $0.name != name }
        return .object(others + (value.map { [Member(name, $0)] } ?? []))
    }
}
