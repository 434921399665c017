import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Logging
import Testing

@testable import AWSPrivateLink

/// Where credentials come from, in the order of AWS's own tools.
@Suite struct CredentialChainTests {
    private let clock = Hands()

    private func chain(
        _ environment: [String: String], files: [String: String] = [:],
        _ answer: @escaping @Sendable (CloudRequest) throws(CloudError) -> CloudResponse = { _ throws(CloudError) in
            throw CloudError(kind: .unavailable, message: "nobody there")
        }
    ) throws -> (chain: CredentialChain, cloud: StubCloud) {
        let home = FileManager.default.temporaryDirectory.appending(path: "postern-\(UUID())")
        try FileManager.default.createDirectory(at: home.appending(path: ".aws"), withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: home.appending(path: name)) }
        let settings = try AWSSettings(
            environment: environment.mapValues { $0.replacingOccurrences(of: "~", with: home.path) }
                .merging(["HOME": home.path]) { given, _ in given })
        let cloud = StubCloud(answer)
        let api = QueryAPI(
            transport: cloud, endpoints: settings.endpoints, now: { [clock] in clock.now },
            logger: Logger(label: "test"))
        let sessions = RoleSessions(api: api, region: try Region("eu-central-1"))
        return (
            CredentialChain(settings: settings, sessions: sessions, transport: cloud, now: { [clock] in clock.now }),
            cloud
        )
    }

    @Test func environmentStandsAboveAll() async throws {
        let (chain, cloud) = try chain(
            ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"],
            files: [".aws/credentials": "[default]\naws_access_key_id = F\naws_secret_access_key = g\n"])
        let grant = try await chain.find()
        #expect(grant.value == AWSCredentials(accessKeyID: "E", secretAccessKey: "s", sessionToken: "t"))
        #expect(grant.expiresAt == nil)
        #expect(cloud.requests.isEmpty)
    }

    @Test func halfAPairIsTold() async throws {
        let (chain, _) = try chain(["AWS_ACCESS_KEY_ID": "E"])
        let error = await #expect(throws: CloudError.self) { try await chain.find() }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("AWS_SECRET_ACCESS_KEY") == true)
    }

    static let files = [
        ".aws/credentials": """
        [default]
        aws_access_key_id = D
        aws_secret_access_key=d+/=
        # [deploy]
        [deploy]
        aws_access_key_id = P  ; the one of 2026
        aws_secret_access_key = p
        """,
        ".aws/config": """
        [default]
        region = eu-north-1
        [profile  "admin"]
        role_arn = arn:aws:iam::111122223333:role/admin
        source_profile = deploy
        external_id = x/1
        s3 =
          addressing_style = path
        [profile chained]
        role_arn = arn:aws:iam::111122223333:role/chained
        source_profile = admin
        role_session_name = me
        [profile circle]
        role_arn = arn:aws:iam::111122223333:role/circle
        source_profile = circle2
        [profile circle2]
        role_arn = arn:aws:iam::111122223333:role/circle2
        source_profile = circle
        [profile sso]
        sso_session = corp
        """,
    ]

    @Test(arguments: [("", "D"), ("deploy", "P")]) func profilesHaveKeys(_ name: String, _ key: String) async throws {
        let (chain, _) = try chain(["AWS_PROFILE": name], files: Self.files)
        let grant = try await chain.find()
        #expect(grant.value.accessKeyID == key)
        // Read again later: the file may be given new keys.
        #expect(grant.expiresAt == clock.now + .seconds(900))
    }

    @Test func secretsKeepTheirSigns() async throws {
        let (chain, _) = try chain([:], files: Self.files)
        #expect(try await chain.find().value.secretAccessKey == "d+/=")
    }

    @Test func aProfilesRoleIsAssumed() async throws {
        let (chain, cloud) = try chain(["AWS_PROFILE": "admin"], files: Self.files) { _ throws(CloudError) in
            StubCloud.session("R")
        }
        let grant = try await chain.find()
        #expect(grant.value == AWSCredentials(accessKeyID: "R", secretAccessKey: "s", sessionToken: "t/R"))
        #expect(grant.expiresAt == Timestamp("2027-01-01T00:00:00Z"))
        let form = StubCloud.form(try #require(cloud.requests.first))
        #expect(form["RoleArn"] == "arn:aws:iam::111122223333:role/admin")
        #expect(form["ExternalId"] == "x/1")
        #expect(cloud.requests.first?.headers["Authorization"]?.contains("Credential=P/") == true)
    }

    @Test func rolesOfProfilesAreChained() async throws {
        let (chain, cloud) = try chain(["AWS_PROFILE": "chained"], files: Self.files) { request throws(CloudError) in
            StubCloud.session(StubCloud.form(request)["RoleArn"]?.hasSuffix("admin") == true ? "A" : "C")
        }
        #expect(try await chain.find().value.accessKeyID == "C")
        #expect(cloud.requests.count == 2)
        #expect(cloud.requests.last?.headers["Authorization"]?.contains("Credential=A/") == true)
        #expect(cloud.requests.last.map { StubCloud.form($0)["RoleSessionName"] } == "me")
    }

    @Test(arguments: ["circle", "nowhere", "sso"]) func whatLeadsNowhereIsTold(_ profile: String) async throws {
        let (chain, _) = try chain(
            ["AWS_PROFILE": profile, "AWS_EC2_METADATA_DISABLED": "true"], files: Self.files)
        let error = await #expect(throws: CloudError.self) { try await chain.find() }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains(profile) == true)
    }

    @Test func webIdentityIsExchanged() async throws {
        let (chain, cloud) = try chain(
            [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/pod",
                "AWS_ROLE_SESSION_NAME": "pod-1",
            ], files: ["token": "eyJ.a+b/c.d\n"]
        ) { _ throws(CloudError) in StubCloud.session("W", action: "AssumeRoleWithWebIdentity") }
        #expect(try await chain.find().value.accessKeyID == "W")
        let request = try #require(cloud.requests.first)
        #expect(StubCloud.form(request)["WebIdentityToken"] == "eyJ.a+b/c.d")
        #expect(StubCloud.form(request)["RoleSessionName"] == "pod-1")
        #expect(request.headers["Authorization"] == nil)
    }

    @Test func aContainerShowsItsToken() async throws {
        let (chain, cloud) = try chain(
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "~/token",
            ], files: ["token": "secret-token\n"]
        ) { _ throws(CloudError) in
            CloudResponse(
                status: 200,
                body: Data(
                    #"{"AccessKeyId":"K","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-25T12:00:00Z"}"#.utf8))
        }
        let grant = try await chain.find()
        #expect(grant.value.accessKeyID == "K")
        #expect(grant.expiresAt == Timestamp("2026-11-25T12:00:00Z"))
        #expect(cloud.requests.first?.headers["Authorization"] == "secret-token")
    }

    @Test(arguments: [
        ("http://127.0.0.1:51678/x", true), ("http://localhost/x", true), ("http://[::1]:80/x", true),
        ("http://169.254.170.2/x", true), ("https://vault.example/x", true), ("http://vault.example/x", false),
        ("http://127.0.0.1.evil.example/x", false), ("http://169.254.170.2@evil.example/x", false),
        ("ftp://localhost/x", false), ("http://169.254.169.254/x", false),
    ]) func tokensGoOnlyWhereTheyMay(_ url: String, _ isAllowed: Bool) {
        #expect(ContainerCredentials.isTrustworthy(url) == isAllowed)
    }

    @Test func anInstanceIsAskedByIMDSv2() async throws {
        let (chain, cloud) = try chain([:]) { request throws(CloudError) in
            switch request.url {
            case "http://169.254.169.254/latest/api/token": CloudResponse(status: 200, body: Data("tok".utf8))
            case let url where url.hasSuffix("security-credentials/"):
                CloudResponse(status: 200, body: Data("server role".utf8))
            default:
                CloudResponse(
                    status: 200,
                    body: Data(
                        #"{"AccessKeyId":"I","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-25T12:00:00Z"}"#
                            .utf8))
            }
        }
        #expect(try await chain.find().value.accessKeyID == "I")
        #expect(cloud.requests.map(\.method) == [.put, .get, .get])
        #expect(cloud.requests.last?.url.hasSuffix("/server%20role") == true)
        #expect(cloud.requests.dropFirst().allSatisfy { $0.headers["X-aws-ec2-metadata-token"] == "tok" })
    }

    @Test func withoutAnyItIsToldWhereWasLooked() async throws {
        let (chain, cloud) = try chain([:])
        let error = await #expect(throws: CloudError.self) { try await chain.find() }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("environment") == true)
        #expect(cloud.requests.count == 1)
    }

    @Test func metadataIsLeftAloneWhenSwitchedOff() async throws {
        let (chain, cloud) = try chain(["AWS_EC2_METADATA_DISABLED": "true"])
        await #expect(throws: CloudError.self) { try await chain.find() }
        #expect(cloud.requests.isEmpty)
    }

    @Test func credentialsNeverShow() {
        let secret = AWSCredentials(accessKeyID: "AKIA1", secretAccessKey: "s3cr3t", sessionToken: "t0k3n")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(Optional(secret) as Any)"] {
            #expect(!text.contains("s3cr3t") && !text.contains("t0k3n") && !text.contains("AKIA1"))
        }
    }
}
