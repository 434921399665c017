import CloudTransport
import ControlPlane
import FoundationEssentials

/// A credentials file as Google's tools write it, by its `type`.
indirect enum CredentialsFile: Sendable {
    case serviceAccount(ServiceAccountKey)
    case authorizedUser(AuthorizedUser)
    case externalAccount(ExternalAccount)
    /// Somebody else's credentials, by which a service account is taken on.
    case impersonated(url: String, source: CredentialsFile)

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
        guard kinds.contains(kind) else {
            throw objection("is of type \(kind.prefix(40)): Postern takes \(kinds.joined(separator: ", "))", path)
        }
        do {
            return try decoder.decode(CredentialsFile.self, from: data)
        } catch {
            throw objection("lacks what a file of type \(kind) has to have", path)
        }
    }

    private static func objection(_ what: String, _ path: String) -> CloudError {
        CloudError(
            kind: .denied, cloudCode: "credentials",
            message: "The Google credentials file \(path) \(what). Set GOOGLE_APPLICATION_CREDENTIALS to a good one.")
    }

    private struct Kind: Decodable {
        let type: String
    }

    /// - Parameter tokenURL: where to send grants instead of where the file says.
    func grant(at tokenURL: String?, by exchange: TokenExchange) async throws(CloudError) -> CredentialCacheGrant {
        switch self {
        case .serviceAccount(let key): return try await key.grant(at: tokenURL, by: exchange)
        case .authorizedUser(let user): return try await user.grant(at: tokenURL, by: exchange)
        case .externalAccount(let account): return try await account.grant(by: exchange)
        case .impersonated(let url, let source):
            let token = try await source.grant(at: tokenURL, by: exchange).value
            return try await Impersonation(url: url).grant(with: token, by: exchange)
        }
    }
}

extension CredentialsFile: Decodable {
    private static let kinds = [
        "service_account", "authorized_user", "external_account", "impersonated_service_account",
    ]

    private enum CodingKeys: String, CodingKey {
        case type, sourceCredentials, serviceAccountImpersonationUrl
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "service_account": self = .serviceAccount(try ServiceAccountKey(from: decoder))
        case "authorized_user": self = .authorizedUser(try AuthorizedUser(from: decoder))
        case "external_account": self = .externalAccount(try ExternalAccount(from: decoder))
        case "impersonated_service_account":
            self = .impersonated(
                url: try container.decode(String.self, forKey: .serviceAccountImpersonationUrl),
                source: try container.decode(CredentialsFile.self, forKey: .sourceCredentials))
        default:
            throw DecodingError.dataCorruptedError(forKey: .type, in: container, debugDescription: "of no known type")
        }
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
