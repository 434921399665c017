import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials

/// What the metadata services answer.
private struct MetadataKeys: Decodable {
    let AccessKeyId: String
    let SecretAccessKey: String
    let Token: String
    let Expiration: String

    static func grant(from response: CloudResponse) -> CredentialChain.Grant? {
        guard response.status == 200, let keys = try? JSONDecoder().decode(Self.self, from: response.body),
            let end = Timestamp(keys.Expiration)
        else { return nil }
        let credentials = AWSCredentials(
            accessKeyID: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.Token)
        return CredentialChain.Grant(credentials, expiresAt: end)
    }
}

/// The role of a container: ECS, or EKS with Pod Identity.
struct ContainerCredentials {
    let chain: CredentialChain

    /// nil if this is no such container.
    func find() async throws(CloudError) -> CredentialChain.Grant? {
        let url: String
        if let path = chain.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = "http://169.254.170.2\(path)"
        } else if let full = chain.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            url = full
        } else {
            return nil
        }
        guard Self.isTrustworthy(url) else {
            throw CredentialChain.none(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to a host that is not this one")
        }
        var request = CloudRequest(method: .get, url: url, timeout: .seconds(5))
        request.headers["Authorization"] = try authorization()
        let response = try await chain.transport.send(request)
        guard let grant = MetadataKeys.grant(from: response) else {
            throw CredentialChain.none("the container's endpoint answers with status \(response.status)")
        }
        return grant
    }

    private func authorization() throws(CloudError) -> String? {
        guard let file = chain.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
            return chain.value("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        }
        guard let data = try? Data(contentsOf: URL(filePath: file)), data.count < 65_536 else {
            throw CredentialChain.none("no container token can be read from \(file)")
        }
        return String(decoding: data, as: UTF8.self).filter { !$0.isNewline }
    }

    /// Credentials come over TLS, or from this machine: its own addresses, and the two that ECS and EKS answer on.
    static func isTrustworthy(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
        if authority.contains("@") { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let isLoopback = host.hasPrefix("127.") && IPv4Address(host) != nil
        return isLoopback || ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(host)
    }
}

/// The role of an EC2 instance, by IMDSv2.
struct InstanceCredentials {
    let chain: CredentialChain

    /// nil if this is no instance, or one without a role.
    func find() async throws(CloudError) -> CredentialChain.Grant? {
        guard chain.value("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
        let base = chain.value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard let token = await session(at: root) else { return nil }
        let path = "\(root)/latest/meta-data/iam/security-credentials/"
        let roles = try await read(path, token)
        guard roles.status == 200 else { return nil }
        let role = String(decoding: roles.body, as: UTF8.self).prefix { !$0.isNewline }
        guard !role.isEmpty else { return nil }
        let response = try await read(path + String(role).percentEncoded(), token)
        guard let grant = MetadataKeys.grant(from: response) else {
            throw CredentialChain.none("the instance's metadata answers with status \(response.status)")
        }
        return grant
    }

    /// Elsewhere than at AWS nobody answers: that is no error, and must not take long.
    private func session(at root: String) async -> String? {
        let request = CloudRequest(
            method: .put, url: "\(root)/latest/api/token", headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"],
            timeout: .seconds(1))
        guard let response = try? await chain.transport.send(request), response.status == 200 else { return nil }
        return String(decoding: response.body, as: UTF8.self)
    }

    private func read(_ url: String, _ token: String) async throws(CloudError) -> CloudResponse {
        try await chain.transport.send(
            CloudRequest(
                method: .get, url: url, headers: ["X-aws-ec2-metadata-token": token], timeout: .seconds(5)))
    }
}
