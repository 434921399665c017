import CloudTransport
import Connectivity
import ControlPlane

/// Finds Postern's own credentials where every AWS tool looks for them, in the same order: environment, profile with a
/// role, web identity, profile with keys, container, instance.
struct CredentialChain: Sendable {
    typealias Grant = CredentialCache<AWSCredentials>.Grant

    let settings: AWSSettings
    let sessions: RoleSessions
    let transport: any CloudCaller
    let now: @Sendable () -> Timestamp

    /// - Throws: `denied` if there are none, saying where was looked.
    func find() async throws(CloudError) -> Grant {
        if let grant = try environmentKeys() { return grant }
        let name = settings.profile.selectedName
        let profile = settings.profile[name]
        if profile == nil, value("AWS_PROFILE") != nil {
            throw Self.none("the profile \(name), which AWS_PROFILE names, is in neither shared file")
        }
        if profile?["role_arn"] != nil { return try await roleOfProfile(name, visited: []) }
        if let grant = try await webIdentity() { return grant }
        if let grant = try keys(of: name) { return grant }
        if let grant = try await ContainerCredentials(chain: self).find() { return grant }
        if let grant = try await InstanceCredentials(chain: self).find() { return grant }
        let unsupported = profile?.keys.first { $0.hasPrefix("sso_") || $0 == "credential_process" }
        if let unsupported {
            throw Self.none(
                "the profile \(name) uses \(unsupported), which needs a person or a program beside a server")
        }
        throw Self.none("none in the environment, the profile \(name), a web identity, a container or an instance")
    }

    func value(_ name: String) -> String? {
        settings.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static func none(_ reason: String) -> CloudError {
        CloudError(kind: .denied, message: "Postern finds no AWS credentials of its own: \(reason).")
    }

    private func environmentKeys() throws(CloudError) -> Grant? {
        guard let id = value("AWS_ACCESS_KEY_ID") else { return nil }
        guard let secret = value("AWS_SECRET_ACCESS_KEY") else {
            throw Self.none("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
        }
        let credentials = AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: value("AWS_SESSION_TOKEN"))
        return Grant(credentials, expiresAt: nil)
    }

    private func keys(of name: String) throws(CloudError) -> Grant? {
        guard let profile = settings.profile[name], let id = profile["aws_access_key_id"] else { return nil }
        guard let secret = profile["aws_secret_access_key"] else {
            throw Self.none("the profile \(name) has aws_access_key_id, and no aws_secret_access_key")
        }
        let credentials = AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
        // Read again after a while: whoever rotates the keys in the file need not restart the server.
        return Grant(credentials, expiresAt: now() + .seconds(900))
    }

    /// The role of a profile, assumed with what `source_profile`, `credential_source` or the web identity gives.
    private func roleOfProfile(_ name: String, visited: Set<String>) async throws(CloudError) -> Grant {
        guard let profile = settings.profile[name] else { throw Self.none("there is no profile \(name)") }
        guard let arn = profile["role_arn"] else {
            guard let grant = try keys(of: name) else { throw Self.none("the profile \(name) has no keys") }
            return grant
        }
        guard !visited.contains(name) else {
            // A profile may name itself as the source of the keys for its own role; nothing else may go in circles.
            guard visited.count == 1, let grant = try keys(of: name) else {
                throw Self.none("the profiles' source_profile go in circles at \(name)")
            }
            return grant
        }
        let session = profile["role_session_name"] ?? RoleSessions.sessionName
        if let file = profile["web_identity_token_file"] {
            return try await sessions.assume(arn, session: session, webIdentityTokenFile: file)
        }
        let source: Grant
        if let origin = profile["source_profile"] {
            source = try await roleOfProfile(origin, visited: visited.union([name]))
        } else {
            source = try await namedSource(profile["credential_source"], of: name)
        }
        return try await sessions.assume(
            arn, externalID: profile["external_id"], session: session, with: source.value)
    }

    private func namedSource(_ source: String?, of name: String) async throws(CloudError) -> Grant {
        let grant: Grant? =
            switch source?.lowercased() {
            case "environment": try environmentKeys()
            case "ecscontainer": try await ContainerCredentials(chain: self).find()
            case "ec2instancemetadata": try await InstanceCredentials(chain: self).find()
            default: nil
            }
        guard let grant else {
            throw Self.none("the profile \(name) has a role_arn, and no source_profile or credential_source that works")
        }
        return grant
    }

    private func webIdentity() async throws(CloudError) -> Grant? {
        guard let file = value("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
        guard let arn = value("AWS_ROLE_ARN") else {
            throw Self.none("AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not")
        }
        let session = value("AWS_ROLE_SESSION_NAME") ?? RoleSessions.sessionName
        return try await sessions.assume(arn, session: session, webIdentityTokenFile: file)
    }
}
