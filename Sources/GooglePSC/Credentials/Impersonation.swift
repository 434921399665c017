import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// Taking on a service account: `iamcredentials.projects.serviceAccounts.generateAccessToken`.
struct Impersonation: Sendable {
    let url: String
    /// The service account's e-mail address.
    let identity: String
    let lifetime: Duration

    /// - Parameter url: of `generateAccessToken`, with the service account in it.
    init(url: String, lifetime: Duration = .seconds(3600)) {
        self.url = url
        identity = ResourcePath.lastName(of: url).replacing(":generateAccessToken", with: "")
        self.lifetime = lifetime
    }

    init(of identity: String, settings: GoogleSettings) {
        self.init(url: "\(settings.iamCredentialsURL)/v1/projects/-/serviceAccounts/\(identity):generateAccessToken")
    }

    private struct Wish: Encodable {
        let scope: [String]
        let lifetime: String
    }

    private struct Reply: Decodable {
        let accessToken: String
        let expireTime: String
    }

    func grant(with token: BearerToken, by exchange: TokenExchange) async throws(CloudError) -> CredentialCacheGrant {
        let wish = Wish(scope: [cloudPlatformScope], lifetime: "\(lifetime.components.seconds)s")
        var request = CloudRequest(
            method: .post, url: url, headers: ["Content-Type": "application/json"], body: try encoded(wish))
        token.authorize(&request)
        let response = try await exchange.caller.send(request)
        guard response.status == 200 else { throw refusal(response, now: exchange.now()) }
        guard let reply = try? JSONDecoder().decode(Reply.self, from: response.body), !reply.accessToken.isEmpty else {
            throw CloudError(
                kind: .unavailable, message: "The answer to the impersonation of \(identity) has no token.")
        }
        return .init(
            BearerToken(secret: reply.accessToken),
            expiresAt: Timestamp(reply.expireTime) ?? exchange.now() + lifetime)
    }

    private func refusal(_ response: CloudResponse, now: Timestamp) -> CloudError {
        let error = CloudError.google(response, about: identity, now: now)
        if error.isRefusedToken { return error.on(.postern) }
        if error.isServiceDisabled {
            // Calls to IAM are counted against the project of whom they come from.
            return CloudError(
                kind: .denied, cloudCode: error.cloudCode,
                message: "Postern can take on nobody. Google says: \(error.message)", side: .postern,
                remedy: "Enable the IAM Service Account Credentials API in the project of Postern's own identity, then "
                    + "retry.")
        }
        guard error.kind == .denied || error.kind == .notFound else { return error }
        return CloudError(
            kind: .denied, cloudCode: error.cloudCode,
            message: "Postern may not take on \(identity). Google says: \(error.message)",
            remedy: "Grant Postern's own identity the custom role of postern-role.json on \(identity), which holds "
                + "iam.serviceAccounts.getAccessToken, then retry.")
    }
}

/// JSON of one of our own values, which always has some.
func encoded(_ value: some Encodable) throws(CloudError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
        return try encoder.encode(value)
    } catch {
        throw CloudError(kind: .invalid, message: "A call to Google cannot be written as JSON.")
    }
}
