import Connectivity
import ControlPlane
import HTTPTypes

/// A client's `Idempotency-Key`: by it, a POST whose answer got lost can be sent again and is done once.
struct IdempotencyKey: Sendable {
    private let key: String
    private let subject: String
    private let fingerprint: String

    /// nil if the call has none, or is no POST.
    /// - Throws: `bad_request` for a key that is not 1 to 255 visible ASCII characters.
    init?(_ call: Call, subject: String) throws(Problem) {
        guard call.method == .post, let key = call.headers[Self.field] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(
                .badRequest, "The Idempotency-Key cannot be used.",
                faults: [.init(.header(Self.field.rawName), "must be 1 to 255 visible ASCII characters")])
        }
        self.key = key
        self.subject = subject
        fingerprint = SHA256Text.hex("\(call.method) \(call.path)\n\(SHA256Text.hex(call.body))".utf8)
    }

    /// The answer that the first request with this key got; nil if there was none.
    /// - Throws: `idempotency_key_reused` if that was another request.
    func replay(at now: Timestamp, in reader: any StoreReader) throws -> Reply? {
        guard let kept = try reader.reply(forKey: key, subject: subject), now.since(kept.createdAt) < Self.lifetime
        else { return nil }
        guard kept.fingerprint == fingerprint else {
            throw Problem(
                .idempotencyKeyReused, "This Idempotency-Key was used for another request: take a new one.",
                faults: [.init(.header(Self.field.rawName), "was used for another path or another body")])
        }
        var reply = Reply(status: .init(code: kept.status), headers: [.replayed: "true"])
        for (name, value) in kept.headers {
            if let name = HTTPField.Name(name) { reply.headers[name] = value }
        }
        reply.body = Array(kept.body.utf8)
        reply.contentType = kept.body.isEmpty ? nil : "application/json"
        return reply
    }

    /// Keeps the answer for a repeat. A refusal never gets here: its transaction is undone, and a repeat may succeed.
    func keep(_ reply: Reply, at now: Timestamp, in transaction: any StoreTransaction) throws {
        var headers: [String: String] = [:]
        for field in reply.headers { headers[field.name.rawName] = field.value }
        try transaction.keep(
            StoredReply(
                key: key, subject: subject, fingerprint: fingerprint, status: reply.status.code, headers: headers,
                body: String(decoding: reply.body, as: UTF8.self), createdAt: now))
    }

    /// How long a key is remembered.
    static let lifetime = Duration.seconds(86_400)
    static let field = HTTPField.Name.idempotencyKey
}
