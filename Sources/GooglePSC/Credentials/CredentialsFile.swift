import CloudTransport
import ControlPlane
import FoundationEssentials

/// A credentials file as Google's tools write it, by its `type`.
enum CredentialsFile: Sendable {
    case serviceAccount(ServiceAccountKey)
    case authorizedUser(AuthorizedUser)
    case externalAccount(ExternalAccount)

    /// A longer file is none of Google's.
    private static let maximumBytes = 1 << 20

    /// Reads the file anew each time: a key that was exchanged is used from the next token on.
    /// - Throws: `denied`, naming the file and never its content.
    static func read(_ path: String) throws(CloudError) -> CredentialsFile {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= maximumBytes else {
            throw objection("cannot be read", path)
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let kind = try? decoder.decode(Kind.self, from: data).type else {
            throw objection("is no such JSON", path)
        }
        do {
            switch kind {
            case "service_account": return .serviceAccount(try decoder.decode(ServiceAccountKey.self, from: data))
            case "authorized_user": return .authorizedUser(try decoder.decode(AuthorizedUser.self, from: data))
            case "external_account": return .externalAccount(try decoder.decode(ExternalAccount.self, from: data))
            default: break
            }
        } catch {
            throw objection("lacks what a file of type \(kind) has to have", path)
        }
        throw objection(
            "is of type \(kind.prefix(40)): Postern takes service_account, authorized_user and external_account", path)
    }

    private static func objection(_ what: String, _ path: String) -> CloudError {
        CloudError(
            kind: .denied, cloudCode: "credentials",
            message: "The Google credentials file \(path) \(what). Set GOOGLE_APPLICATION_CREDENTIALS to a good one.")
    }

    private struct Kind: Decodable {
        let type: String
    }
}

/// What `gcloud auth application-default login` leaves.
struct AuthorizedUser: Decodable, Sendable {
    let clientId: String
    let clientSecret: String
    let refreshToken: String
    let quotaProjectId: String?

    func grant(at tokenURL: String?, by exchange: TokenExchange) async throws(CloudError)
        -> CredentialCacheGrant
    {
        let grant = try await exchange.post(
            [
                ("grant_type", "refresh_token"), ("client_id", clientId), ("client_secret", clientSecret),
                ("refresh_token", refreshToken),
            ], to: tokenURL ?? "https://oauth2.googleapis.com/token", whose: "the user of the credentials file")
        return .init(
            BearerToken(secret: grant.value.secret, quotaProject: quotaProjectId), expiresAt: grant.expiresAt)
    }
}
