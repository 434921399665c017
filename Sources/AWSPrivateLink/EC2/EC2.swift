import CloudTransport
import Connectivity
import ControlPlane

/// EC2 in one account and region.
struct EC2: Sendable {
    let account: CloudAccount
    /// Whose account it is in the matter at hand; errors tell it to the person who has to act.
    let side: Fault.Side?
    let region: Region
    let api: QueryAPI
    let credentials: AccountCredentials

    /// A listing is read to its end, but not for ever.
    private static let maximumPages = 1000

    /// A reply that is one page of a listing.
    protocol Page: Decodable, Sendable {
        associatedtype Element: Sendable
        var elements: [Element] { get }
        var nextToken: String? { get }
    }

    func call<Reply: Decodable>(
        _ action: String, _ form: QueryForm, as reply: Reply.Type
    ) async throws(CloudError) -> Reply {
        var refused: AWSCredentials?
        do throws(CloudError) {
            let keys = try await credentials.credentials(for: account)
            refused = keys
            return try await api.call(action, of: .ec2, form, in: region, with: keys, as: reply)
        } catch {
            guard let code = error.cloudCode, AWSErrorCode(code).isOfExpiredCredentials else { throw error.on(side) }
        }
        // Ended early: the call had no effect, and new credentials may do.
        await credentials.forget(refused, for: account)
        do throws(CloudError) {
            let keys = try await credentials.credentials(for: account)
            return try await api.call(action, of: .ec2, form, in: region, with: keys, as: reply)
        } catch {
            throw error.on(side)
        }
    }

    /// All pages of a listing.
    /// - Throws: `unavailable` rather than give a part of the listing, which would tell that the rest is gone.
    func list<Reply: Page>(
        _ action: String, _ form: QueryForm = QueryForm(), as page: Reply.Type
    ) async throws(CloudError) -> [Reply.Element] {
        var elements: [Reply.Element] = []
        var token: String?
        var visited: Set<String> = []
        repeat {
            var wish = form
            wish.add("NextToken", token)
            let reply = try await call(action, wish, as: page)
            elements += reply.elements
            token = reply.nextToken.flatMap { $0.isEmpty ? nil : $0 }
            if let token, !visited.insert(token).inserted {
                throw CloudError(kind: .unavailable, message: "\(action): the pages go in circles.", side: side)
            }
            guard visited.count < Self.maximumPages else {
                throw CloudError(
                    kind: .unavailable, message: "\(action): no end after \(Self.maximumPages) pages.", side: side)
            }
        } while token != nil
        return elements
    }

    /// The same, where what is asked for by id may not exist.
    func listIfPresent<Reply: Page>(
        _ action: String, _ form: QueryForm, as page: Reply.Type
    ) async throws(CloudError) -> [Reply.Element] {
        do throws(CloudError) {
            return try await list(action, form, as: page)
        } catch {
            guard error.kind == .notFound else { throw error }
            return []
        }
    }
}

extension CloudError {
    /// The same error as one that passes by itself: what EC2 shows lags behind what it knows.
    func retryable(_ explanation: String) -> CloudError {
        CloudError(
            kind: .unavailable, cloudCode: cloudCode, message: "\(explanation) \(message)",
            cloudRequestID: cloudRequestID, side: side)
    }
}

/// A tag of a resource.
struct Tag: Decodable, Sendable {
    let key: String
    let value: String?
}

extension Optional where Wrapped == Items<Tag> {
    func value(of key: String) -> String? { elements().first { $0.key == key }?.value }
}

/// A call whose effect is told for each resource by itself: status 200 may hide a failure.
struct BatchReply: Decodable, Sendable {
    private struct Failure: Decodable, Sendable {
        struct Reason: Decodable, Sendable {
            let code: String
            let message: String?
        }

        let error: Reason
    }

    private let requestId: String?
    private let unsuccessful: Items<Failure>?

    /// Why one of the resources was left as it is; nil if none was.
    /// - Parameter toleratesAbsence: whether a resource that is not there is as good as done.
    func error(of action: String, toleratesAbsence: Bool = false) -> CloudError? {
        let errors = unsuccessful.elements().map { failure in
            CloudError(
                kind: AWSErrorCode(failure.error.code).kind, cloudCode: failure.error.code,
                message: "\(action): \(failure.error.message.map { Redaction.clean($0) } ?? failure.error.code)",
                cloudRequestID: requestId)
        }
        return errors.first { !(toleratesAbsence && $0.kind == .notFound) }
    }
}

/// A call that says nothing but that it was done.
struct DoneReply: Decodable, Sendable {
    let requestId: String?
}
