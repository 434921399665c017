import Testing

@testable import GooglePSC

@Suite("Settings")
struct GoogleSettingsTests {
    @Test("Without anything set, Google's own addresses and files")
    func hasDefaults() throws {
        let settings = try GoogleSettings(environment: ["HOME": "/home/postern", "GCE_METADATA_HOST": ""])
        #expect(settings.computeURL == "https://compute.googleapis.com/compute/v1")
        #expect(settings.metadataHost == "metadata.google.internal")
        #expect(settings.credentialsFile == nil)
        #expect(settings.wellKnownFile == "/home/postern/.config/gcloud/application_default_credentials.json")
        #expect(settings.usesMetadataServer)
    }

    @Test("The names that Google's tools honour are honoured")
    func takesOverrides() throws {
        let settings = try GoogleSettings(environment: [
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": "https://compute-psc.p.googleapis.com/compute/v1/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS": "https://iamcredentials-psc.p.googleapis.com/",
            "CLOUDSDK_AUTH_TOKEN_HOST": "https://oauth2-psc.p.googleapis.com/token",
            "GOOGLE_APPLICATION_CREDENTIALS": "/etc/postern/key.json", "CLOUDSDK_CONFIG": "/etc/gcloud",
            "GCE_METADATA_HOST": "127.0.0.1:8888", "NO_GCE_CHECK": "true",
        ])
        #expect(settings.computeURL == "https://compute-psc.p.googleapis.com/compute/v1")
        #expect(settings.iamCredentialsURL == "https://iamcredentials-psc.p.googleapis.com")
        #expect(settings.tokenURL == "https://oauth2-psc.p.googleapis.com/token")
        #expect(settings.credentialsFile == "/etc/postern/key.json")
        #expect(settings.wellKnownFile == "/etc/gcloud/application_default_credentials.json")
        #expect(settings.metadataHost == "127.0.0.1:8888")
        #expect(!settings.usesMetadataServer)
        let bare = try GoogleSettings(environment: [
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": "https://compute-restricted.example.com"
        ])
        #expect(bare.computeURL == "https://compute-restricted.example.com/compute/v1")
    }

    @Test(
        "An address that makes no sense is named",
        arguments: [
            "compute.example.com", "ftp://compute.example.com", "https://user@compute.example.com", "https://x/?a=b",
        ])
    func refusesNonsense(address: String) {
        #expect(throws: GoogleSettingsError(variable: "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE")) {
            try GoogleSettings(environment: ["CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": address])
        }
    }
}
