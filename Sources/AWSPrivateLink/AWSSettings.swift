public import CloudTransport

/// What every AWS tool takes from its environment and from the shared files, as Postern takes it.
public struct AWSSettings: Sendable {
    let environment: [String: String]
    let profile: SharedProfiles
    let endpoints: ServiceEndpoints
    /// The server's own region, from `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile: where STS is called, and whose
    /// networks are read where an account names no regions.
    public let region: String?
    /// How the transport has to be made: `AWS_CA_BUNDLE`, `HTTPS_PROXY`, `NO_PROXY`.
    public let transport: CloudTransportSettings

    /// Reads `AWS_REGION`, `AWS_PROFILE`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `AWS_ENDPOINT_URL`,
    /// `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL_STS`, `AWS_CA_BUNDLE` and the proxy's variables. What tells credentials
    /// is read when they are needed, and again when they end.
    /// - Throws: `CloudTransportError` if the proxy's address makes no sense.
    public init(environment: [String: String]) throws(CloudTransportError) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        self.environment = environment
        profile = SharedProfiles(environment: environment)
        let file = profile.selected
        let ignoresURLs = value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true"
        endpoints = ServiceEndpoints(
            all: ignoresURLs ? nil : value("AWS_ENDPOINT_URL") ?? file["endpoint_url"],
            ec2: ignoresURLs ? nil : value("AWS_ENDPOINT_URL_EC2"),
            sts: ignoresURLs ? nil : value("AWS_ENDPOINT_URL_STS"))
        region = value("AWS_REGION", "AWS_DEFAULT_REGION") ?? file["region"]
        transport = try CloudTransportSettings(
            environment: environment, trustRoots: value("AWS_CA_BUNDLE") ?? file["ca_bundle"])
    }
}
