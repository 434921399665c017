/// Where Google's services and Postern's credentials are. The names of the environment variables are those that
/// Google's own tools honour.
public struct GoogleSettings: Hashable, Sendable {
    /// Compute Engine's base, ending in `/compute/v1`: another host for restricted or private Google access.
    public var computeURL: String
    public var iamCredentialsURL: String
    public var resourceManagerURL: String
    /// Where a key file's or a user's grant is turned into a token; nil: where the file says.
    public var tokenURL: String?
    /// `host` or `host:port` of the metadata server.
    public var metadataHost: String
    /// Whether the metadata server is asked when there is no credentials file.
    public var usesMetadataServer: Bool
    /// The file of `GOOGLE_APPLICATION_CREDENTIALS`, which has to be there.
    public var credentialsFile: String?
    /// Where gcloud leaves Application Default Credentials; it may be missing.
    public var wellKnownFile: String?
    /// How long one call of the backend waits for Google's operations before it leaves them to a later look.
    public var patience: Duration

    public init(
        computeURL: String = "https://compute.googleapis.com/compute/v1",
        iamCredentialsURL: String = "https://iamcredentials.googleapis.com",
        resourceManagerURL: String = "https://cloudresourcemanager.googleapis.com", tokenURL: String? = nil,
        metadataHost: String = "metadata.google.internal", usesMetadataServer: Bool = true,
        credentialsFile: String? = nil, wellKnownFile: String? = nil, patience: Duration = .seconds(60)
    ) {
        self.computeURL = computeURL
        self.iamCredentialsURL = iamCredentialsURL
        self.resourceManagerURL = resourceManagerURL
        self.tokenURL = tokenURL
        self.metadataHost = metadataHost
        self.usesMetadataServer = usesMetadataServer
        self.credentialsFile = credentialsFile
        self.wellKnownFile = wellKnownFile
        self.patience = patience
    }

    /// Takes `GOOGLE_APPLICATION_CREDENTIALS`, `CLOUDSDK_CONFIG`, `GCE_METADATA_HOST`, `NO_GCE_CHECK`,
    /// `CLOUDSDK_AUTH_TOKEN_HOST`, and `CLOUDSDK_API_ENDPOINT_OVERRIDES_` with `COMPUTE`, `IAMCREDENTIALS` and
    /// `CLOUDRESOURCEMANAGER`.
    /// - Throws: `GoogleSettingsError` if an address makes no sense.
    public init(environment: [String: String]) throws(GoogleSettingsError) {
        self.init()
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func address(_ name: String) throws(GoogleSettingsError) -> String? {
            guard let raw = value(name) else { return nil }
            guard raw.hasPrefix("https://") || raw.hasPrefix("http://"), !raw.contains("?"), !raw.contains("@") else {
                throw GoogleSettingsError(variable: name)
            }
            return raw.hasSuffix("/") ? String(raw.dropLast()) : raw
        }
        let overrides = "CLOUDSDK_API_ENDPOINT_OVERRIDES_"
        if let url = try address(overrides + "COMPUTE") {
            // gcloud's own setting names the base with the version.
            computeURL = url.hasSuffix("/compute/v1") ? url : url + "/compute/v1"
        }
        iamCredentialsURL = try address(overrides + "IAMCREDENTIALS") ?? iamCredentialsURL
        resourceManagerURL = try address(overrides + "CLOUDRESOURCEMANAGER") ?? resourceManagerURL
        tokenURL = try address("CLOUDSDK_AUTH_TOKEN_HOST")
        metadataHost = value("GCE_METADATA_HOST") ?? metadataHost
        usesMetadataServer = value("NO_GCE_CHECK")?.lowercased() != "true"
        credentialsFile = value("GOOGLE_APPLICATION_CREDENTIALS")
        let folder = value("CLOUDSDK_CONFIG") ?? value("HOME").map { "\($0)/.config/gcloud" }
        wellKnownFile = folder.map { "\($0)/application_default_credentials.json" }
    }
}

/// An environment variable that makes no sense.
public struct GoogleSettingsError: Error, Hashable, CustomStringConvertible {
    public let variable: String

    public var description: String {
        "\(variable) is not an address such as https://compute-restricted.example.com, without user and query"
    }
}
