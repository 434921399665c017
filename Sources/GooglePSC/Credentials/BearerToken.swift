import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// What opens Google's doors for about an hour. Its text is shown nowhere but in the header of a call.
struct BearerToken: Hashable, Sendable, CustomStringConvertible {
    let secret: String
    /// The project that calls with a user's own token are counted against; a service account's are against its own.
    var quotaProject: String?

    var description: String { "an access token" }

    /// Puts itself into the header of a call.
    func authorize(_ request: inout CloudRequest) {
        request.headers["Authorization"] = "Bearer \(secret)"
        request.headers["X-Goog-User-Project"] = quotaProject
    }
}

/// The right to call Google's APIs at all; what an identity may do there is IAM's to say.
let cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform"

/// Calls that turn a grant into an access token.
struct TokenExchange: Sendable {
    let caller: any CloudCaller
    let now: @Sendable () -> Timestamp

    private struct Reply: Decodable {
        let access_token: String
        let expires_in: Int?
    }

    private struct Refusal: Decodable {
        let error: String?
        let error_description: String?
    }

    /// Posts an OAuth grant.
    /// - Parameter whose: whose credentials these are, for the message of a refusal.
    func post(_ form: [(String, String)], to url: String, whose: String) async throws(CloudError)
        -> CredentialCache<BearerToken>.Grant
    {
        let body = form.map { "\($0.0.percentEncoded())=\($0.1.percentEncoded())" }.joined(separator: "&")
        return try await send(
            CloudRequest(
                method: .post, url: url, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Data(body.utf8)), whose: whose)
    }

    func send(_ request: CloudRequest, whose: String) async throws(CloudError) -> CredentialCache<BearerToken>.Grant {
        let asked = now()
        let response = try await caller.send(request)
        guard response.status == 200 else { throw refusal(response, whose: whose) }
        guard let reply = try? JSONDecoder().decode(Reply.self, from: response.body), !reply.access_token.isEmpty else {
            throw CloudError(kind: .unavailable, message: "The answer to the grant of \(whose) holds no token.")
        }
        return .init(
            BearerToken(secret: reply.access_token),
            expiresAt: asked + .seconds(min(max(reply.expires_in ?? 3600, 0), 43_200)))
    }

    /// A refused grant is nobody's passing trouble: the credentials have to be changed.
    private func refusal(_ response: CloudResponse, whose: String) -> CloudError {
        let said = try? JSONDecoder().decode(Refusal.self, from: response.body)
        let kind: CloudError.Kind =
            switch response.kindByStatus {
            case .throttled: .throttled
            case .unavailable: .unavailable
            default: .denied
            }
        let reason = said?.error_description ?? said?.error ?? "status \(response.status)"
        return CloudError(
            kind: kind, cloudCode: said?.error ?? "\(response.status)",
            message: Redaction.clean(
                "Google gives no token for \(whose): \(reason).".replacing("..", with: ".")),
            retryAfter: response.retryAfter(now: now()),
            remedy: kind == .denied
                ? "Check that the credentials that the Postern server itself runs with are the right ones and not "
                    + "revoked, and that its machine's clock is right; then retry." : nil)
    }
}
