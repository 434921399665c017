import CloudTransport
import Connectivity
import ControlPlane
import JWTKit

typealias CredentialCacheGrant = CredentialCache<BearerToken>.Grant

/// A service account's key: it signs a grant, and Google answers with a token.
struct ServiceAccountKey: Decodable, Sendable {
    let clientEmail: String
    let privateKey: String
    let privateKeyId: String?
    let tokenUri: String?

    /// Google takes grants of an hour at the most.
    private static let lifetime: Int64 = 3600

    private struct Claims: JWTPayload {
        let iss: String
        let scope: String
        let aud: String
        let iat: Int64
        let exp: Int64

        /// Google verifies it.
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    /// - Parameter tokenURL: where to send the grant instead of where the key's file says.
    func grant(at tokenURL: String?, by exchange: TokenExchange) async throws(CloudError) -> CredentialCacheGrant {
        // The grant is meant for whom the key's file names, however it gets there.
        let audience = tokenUri ?? "https://oauth2.googleapis.com/token"
        return try await exchange.post(
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", try await assertion(for: audience, at: exchange.now())),
            ], to: tokenURL ?? audience, whose: "service account \(clientEmail)")
    }

    private func assertion(for audience: String, at now: Timestamp) async throws(CloudError) -> String {
        let seconds = now.milliseconds / 1000
        do {
            // jwt-kit has RSA among the insecure ones for its age; Google's grants know no other.
            let key = try Insecure.RSA.PrivateKey(pem: privateKey)
            let kid = privateKeyId.map { JWKIdentifier(string: $0) }
            let keys = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256, kid: kid)
            let claims = Claims(
                iss: clientEmail, scope: cloudPlatformScope, aud: audience, iat: seconds, exp: seconds + Self.lifetime)
            return try await keys.sign(claims, kid: kid)
        } catch {
            // The cause may show parts of the key.
            throw CloudError(
                kind: .denied, cloudCode: "credentials",
                message: "The private key of service account \(clientEmail) is no RSA key in PEM. Make a new key file.")
        }
    }
}
