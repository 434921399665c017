import Connectivity
import ControlPlane
import HTTPTypes

/// A call by a caller who is known: what every handler of `/v1` gets.
struct KnownCall: Sendable {
    typealias Handler = @Sendable (KnownCall) async throws -> Reply

    let call: Call
    let token: AccessToken
    let caller: Caller
    let desk: Desk

    init(call: Call, token: AccessToken, desk: Desk) {
        self.call = call
        self.token = token
        self.desk = desk
        caller = Caller(token)
    }

    var invocation: Invocation { Invocation(caller: caller, httpRequestID: call.requestID) }

    /// What `If-Match` asks for.
    var precondition: Precondition { ETag.precondition(ifMatch: call.headers[.ifMatch]) }

    /// The thing that a parameter of the path names by its id.
    /// - Throws: `not_found` for what cannot be an id: no such thing exists.
    func id<Subject>(_ parameter: String) throws(Problem) -> ID<Subject> {
        guard let id = ID<Subject>(call.parameter(parameter)) else { throw .nothingThere }
        return id
    }

    /// The thing that a parameter of the path names by its id or its name.
    /// - Throws: `not_found` for what cannot be either.
    func reference<Subject>(_ parameter: String) throws(Problem) -> Reference<Subject> {
        guard let reference = Reference<Subject>(call.parameter(parameter)) else { throw .nothingThere }
        return reference
    }

    /// Answers from one snapshot. What an auditor reads by that right is noted first, in the same transaction: nothing
    /// is told that the log does not show.
    func read(_ answer: @escaping @Sendable (any StoreReader) throws -> Reply) async throws -> Reply {
        guard caller.roles.contains(.auditor), !caller.isAdmin else { return try await desk.store.read(answer) }
        return try await desk.store.write { transaction in
            try desk.useCases.audit.noteRead(of: call.path, by: invocation, in: transaction)
            return try answer(transaction)
        }
    }

    /// Answers with one thing, or with 304 if the client has this revision of it.
    func readOne(_ find: @escaping @Sendable (any StoreReader) throws -> some Resource) async throws -> Reply {
        try await read { reader in
            let resource = try find(reader)
            guard let tag = resource.tag, ETag.isKnown(tag, ifNoneMatch: call.headers[.ifNoneMatch]) else {
                return .one(resource)
            }
            return .notModified(tag)
        }
    }

    /// Makes a change and answers, in one transaction with what `Idempotency-Key` asks for.
    func change(
        _ change: @escaping @Sendable (any StoreTransaction) throws -> Reply
    ) async throws -> Reply {
        try await changeKeeping { transaction in
            let reply = try change(transaction)
            return (reply, reply)
        }
    }

    /// The same, for an answer that must not be kept as it is sent: it holds a secret.
    func changeKeeping(
        _ change: @escaping @Sendable (any StoreTransaction) throws -> (sent: Reply, kept: Reply)
    ) async throws -> Reply {
        let key = try IdempotencyKey(call, subject: caller.subject)
        let now = desk.environment.now()
        return try await desk.store.write { transaction in
            if let replay = try key?.replay(at: now, in: transaction) { return replay }
            let (sent, kept) = try change(transaction)
            try key?.keep(kept, at: now, in: transaction)
            return sent
        }
    }
}

extension Problem {
    static var nothingThere: Self { Self(.notFound, "There is no such thing, or you may not see it.") }
}
