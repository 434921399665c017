import CloudTransport
import ControlPlane
import FoundationEssentials

/// Workload identity federation: a token of another issuer, from a file or a URL, is exchanged for one of Google's.
struct ExternalAccount: Decodable, Sendable {
    let audience: String
    let subjectTokenType: String
    let tokenUrl: String
    let serviceAccountImpersonationUrl: String?
    let serviceAccountImpersonation: Lifetime?
    let credentialSource: Source

    struct Lifetime: Decodable, Sendable {
        let tokenLifetimeSeconds: Int?
    }

    struct Source: Decodable, Sendable {
        let file: String?
        let url: String?
        let headers: [String: String]?
        let format: Format?
    }

    struct Format: Decodable, Sendable {
        let type: String?
        let subjectTokenFieldName: String?
    }

    /// A longer subject token is none.
    private static let maximumBytes = 1 << 18

    func grant(by exchange: TokenExchange) async throws(CloudError) -> CredentialCacheGrant {
        let federated = try await exchange.post(
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", audience),
                ("scope", cloudPlatformScope),
                ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("subject_token", try await subjectToken(by: exchange)), ("subject_token_type", subjectTokenType),
            ], to: tokenUrl, whose: "the workload identity \(audience)")
        guard let url = serviceAccountImpersonationUrl else { return federated }
        return try await Impersonation(
            url: url, lifetime: .seconds(serviceAccountImpersonation?.tokenLifetimeSeconds ?? 3600)
        ).grant(with: federated.value, by: exchange)
    }

    private func subjectToken(by exchange: TokenExchange) async throws(CloudError) -> String {
        let data: Data
        if let file = credentialSource.file {
            guard let read = try? Data(contentsOf: URL(filePath: file)) else {
                throw objection("its file \(file) cannot be read")
            }
            data = read
        } else if let url = credentialSource.url {
            let headers = CloudHeaders((credentialSource.headers ?? [:]).map { ($0.key, $0.value) })
            let response = try await exchange.caller.send(CloudRequest(method: .get, url: url, headers: headers))
            guard response.status == 200 else { throw objection("its URL answers \(response.status)") }
            data = response.body
        } else {
            throw objection("Postern takes it from a file or a URL")
        }
        guard data.count <= Self.maximumBytes, let token = token(in: data), !token.isEmpty else {
            throw objection("what is there is no token of the format that the credentials file names")
        }
        return token
    }

    private func token(in data: Data) -> String? {
        guard credentialSource.format?.type == "json" else {
            // Files mostly end with a line's end, which is no part of the token.
            return String(bytes: data.filter { $0 > 32 }, encoding: .utf8)
        }
        guard let name = credentialSource.format?.subjectTokenFieldName,
            let object = try? JSONDecoder().decode([String: JSONValue].self, from: data)
        else { return nil }
        return object[name]?.string
    }

    private func objection(_ what: String) -> CloudError {
        CloudError(
            kind: .denied, cloudCode: "credentials",
            message: "There is no subject token for the workload identity \(audience): \(what).")
    }
}
