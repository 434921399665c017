import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// `sts:AssumeRole` and its like: credentials of a role, for an hour.
struct RoleSessions: Sendable {
    typealias Grant = CredentialCache<AWSCredentials>.Grant

    /// Shown in the account's CloudTrail as who did it.
    static let sessionName = "postern"

    let api: QueryAPI
    let region: Region

    /// - Throws: `denied` if the role does not trust the caller, or asks for another external id.
    func assume(
        _ arn: String, externalID: String? = nil, session: String = sessionName, with source: AWSCredentials
    ) async throws(CloudError) -> Grant {
        var form = QueryForm(["RoleArn": arn, "RoleSessionName": session])
        form.add("ExternalId", externalID)
        let reply = try await api.call(
            "AssumeRole", of: .sts, form, in: region, with: source, as: AssumeRoleReply.self)
        return try grant(reply.AssumeRoleResult.Credentials)
    }

    /// - Parameter webIdentityTokenFile: read anew each time, since Kubernetes renews the token within it.
    func assume(_ arn: String, session: String, webIdentityTokenFile: String) async throws(CloudError) -> Grant {
        guard let data = try? Data(contentsOf: URL(filePath: webIdentityTokenFile)), !data.isEmpty, data.count < 65_536
        else { throw CredentialChain.none("no web identity token can be read from \(webIdentityTokenFile)") }
        let token = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        let form = QueryForm(["RoleArn": arn, "RoleSessionName": session, "WebIdentityToken": token])
        let reply = try await api.call(
            "AssumeRoleWithWebIdentity", of: .sts, form, in: region, with: nil, as: WebIdentityReply.self)
        return try grant(reply.AssumeRoleWithWebIdentityResult.Credentials)
    }

    /// The account in which `credentials` are at home.
    func account(of credentials: AWSCredentials) async throws(CloudError) -> String {
        try await api.call(
            "GetCallerIdentity", of: .sts, QueryForm(), in: region, with: credentials, as: CallerIdentityReply.self
        ).GetCallerIdentityResult.Account
    }

    private func grant(_ keys: SessionKeys) throws(CloudError) -> Grant {
        guard let end = Timestamp(keys.Expiration) else {
            throw CloudError(kind: .unavailable, message: "AssumeRole: the reply tells no time.")
        }
        let credentials = AWSCredentials(
            accessKeyID: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken)
        return Grant(credentials, expiresAt: end)
    }
}

private struct SessionKeys: Decodable {
    let AccessKeyId: String
    let SecretAccessKey: String
    let SessionToken: String
    let Expiration: String
}

private struct SessionResult: Decodable {
    let Credentials: SessionKeys
}

private struct AssumeRoleReply: Decodable {
    let AssumeRoleResult: SessionResult
}

private struct WebIdentityReply: Decodable {
    let AssumeRoleWithWebIdentityResult: SessionResult
}

private struct CallerIdentityReply: Decodable {
    struct Identity: Decodable {
        let Account: String
    }

    let GetCallerIdentityResult: Identity
}
