import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// Postern's own identity, found as every Google tool finds it: the file of `GOOGLE_APPLICATION_CREDENTIALS`, else the
/// one that gcloud left, else the metadata server.
struct ApplicationDefaultCredentials: Sendable {
    let settings: GoogleSettings
    let exchange: TokenExchange

    func grant() async throws(CloudError) -> CredentialCacheGrant {
        guard let path = file else { return try await metadataGrant() }
        return try await CredentialsFile.read(path).grant(at: settings.tokenURL, by: exchange)
    }

    private var file: String? {
        if let named = settings.credentialsFile { return named }
        guard let left = settings.wellKnownFile, FileManager.default.fileExists(atPath: left) else { return nil }
        return left
    }

    private func metadataGrant() async throws(CloudError) -> CredentialCacheGrant {
        guard settings.usesMetadataServer else { throw nothingFound("") }
        let path = "/computeMetadata/v1/instance/service-accounts/default/token"
        do throws(CloudError) {
            return try await exchange.send(
                CloudRequest(
                    method: .get, url: "http://\(settings.metadataHost)\(path)", headers: ["Metadata-Flavor": "Google"],
                    timeout: .seconds(5)), whose: "the metadata server's service account")
        } catch let error where error.cloudCode == nil && error.kind == .unavailable {
            // No answer at all: most likely this is no machine of Google's.
            throw nothingFound(" \(error.message)")
        }
    }

    private func nothingFound(_ cause: String) -> CloudError {
        CloudError(
            kind: .denied, cloudCode: "credentials",
            message: "Postern has no Google credentials: set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, or "
                + "run it on Google Cloud with a service account.\(cause)")
    }
}

/// Access tokens for Postern's own identity and for those it takes on: each fetched once for all its users, and renewed
/// before it ends.
struct BearerTokens: Sendable {
    private let own: CredentialCache<BearerToken>
    private let impersonated: CredentialCaches<String, BearerToken>

    init(settings: GoogleSettings, caller: any CloudCaller, environment: Environment) {
        let exchange = TokenExchange(caller: caller, now: environment.now)
        let credentials = ApplicationDefaultCredentials(settings: settings, exchange: exchange)
        let own = CredentialCache<BearerToken>(now: environment.now) { () async throws(CloudError) in
            do throws(CloudError) { return try await credentials.grant() } catch { throw error.on(.postern) }
        }
        self.own = own
        impersonated = CredentialCaches { identity in
            CredentialCache(now: environment.now) { () async throws(CloudError) in
                let impersonation = Impersonation(of: identity, settings: settings)
                let token = try await own.value()
                do throws(CloudError) {
                    return try await impersonation.grant(with: token, by: exchange)
                } catch let error where error.isRefusedToken {
                    await own.forget(ifStill: token)
                    return try await impersonation.grant(with: own.value(), by: exchange)
                }
            }
        }
    }

    /// - Parameter identity: the service account to take on; nil: Postern's own identity.
    func token(for identity: String?) async throws(CloudError) -> BearerToken {
        guard let identity else { return try await own.value() }
        return try await impersonated[identity].value()
    }

    /// Drops a token that Google does not take any more.
    func forget(_ refused: BearerToken, of identity: String?) async {
        let cache = identity.map { impersonated[$0] } ?? own
        await cache.forget(ifStill: refused)
    }
}
