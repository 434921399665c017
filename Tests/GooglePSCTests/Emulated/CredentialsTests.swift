import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import GooglePSC

/// How Postern comes by its tokens. Each test has an emulator of its own, since it counts.
@Suite("Credentials")
struct CredentialsTests {
    private let platform = GoogleEmulator.postern

    private func networks(_ stage: GoogleStage, _ adjust: (inout GoogleSettings) -> Void) async throws -> Int {
        try await stage.backend(adjust).networks(of: stage.consumer).count
    }

    @Test("One token serves many callers, and each identity has its own")
    func onceForMany() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let backend = try await stage.backend()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        _ = try await backend.networks(of: number.isMultiple(of: 2) ? stage.consumer : stage.producer)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await stage.emulator("token-counts", method: .get) == ["jwt": 1, "impersonation": 2])
        }
    }

    @Test("A token is renewed before it ends")
    func renewsEarly() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            // Less than the margin is left from the beginning.
            try await stage.emulator("settings", ["tokenLifetime": 120])
            // Stands still but for what the test lets pass; the emulator goes by the real time.
            let start = Timestamp(Date())
            let ahead = Mutex(Duration.zero)
            let environment = Environment(
                now: { start + ahead.withLock { $0 } }, entropy: Environment.testing.entropy,
                jitter: Environment.testing.jitter)
            let backend = GooglePSCBackend(
                settings: stage.settings, caller: try await GoogleStage.transport.value, environment: environment)
            _ = try await backend.networks(of: stage.consumer)
            #expect(try await stage.emulator("token-counts", method: .get) == ["jwt": 1, "impersonation": 1])
            ahead.withLock { $0 = .seconds(20) }
            _ = try await backend.networks(of: stage.consumer)
            let counts = try await stage.emulator("token-counts", method: .get)
            #expect(counts != ["jwt": 1, "impersonation": 1])
        }
    }

    @Test("Tokens that were revoked are replaced at once")
    func replacesRevoked() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let backend = try await stage.backend()
            #expect(try await backend.networks(of: stage.consumer).count == 1)
            try await stage.emulator("revoke-tokens")
            #expect(try await backend.networks(of: stage.consumer).count == 1)
        }
    }

    @Test("What gcloud left for a user")
    func authorizedUser() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let user = try await stage.emulator("users", ["email": .string(platform)])
            let members = user.members.merging(["quota_project_id": "platform-project"]) { $1 }
            let file = try await stage.emulator.writeTemporary(.object(members), name: "user.json")
            let seen = try await networks(stage) { settings in
                settings.credentialsFile = nil
                settings.wellKnownFile = file
                settings.tokenURL = "\(stage.emulator.address)/token"
            }
            #expect(seen == 1)
            #expect(try await stage.emulator("token-counts", method: .get)["refresh_token"] == 1)
            let calls = try await stage.emulator("calls", method: .get)["calls"].elements
            // The user's own call names the project that pays; those of the service account do not.
            #expect(calls.first?["quotaProject"] == "platform-project")
            #expect(calls.count > 1)
            #expect(calls.dropFirst().allSatisfy { $0["quotaProject"] == .null })
        }
    }

    @Test("What gcloud left for a user who takes on a service account")
    func impersonatedServiceAccount() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let user = try await stage.emulator("users", ["email": "carol@example.com"])
            try await stage.emulator(
                "token-creators", ["email": .string(platform), "creators": ["carol@example.com"]])
            let file = try await stage.emulator.writeTemporary(
                [
                    "type": "impersonated_service_account", "delegates": [],
                    "service_account_impersonation_url":
                        .string(
                            "\(stage.emulator.address)/v1/projects/-/serviceAccounts/\(platform):generateAccessToken"),
                    "source_credentials": user,
                ], name: "impersonated.json")
            let seen = try await networks(stage) { settings in
                settings.credentialsFile = file
                settings.tokenURL = "\(stage.emulator.address)/token"
            }
            #expect(seen == 1)
        }
    }

    @Test("The metadata server, where there is no file")
    func metadataServer() async throws {
        try await GoogleStage.withOwnEmulator { stage in
            try await stage.emulator("metadata", ["principal": .string(platform)])
            let seen = try await networks(stage) { settings in
                settings.credentialsFile = nil
                settings.metadataHost = String(stage.emulator.address.dropFirst("http://".count))
            }
            #expect(seen == 1)
            #expect(try await stage.emulator("token-counts", method: .get)["metadata"] == 1)
        }
    }

    @Test("Workload identity federation, from a file and from a URL", arguments: ["text", "json", "url"])
    func externalAccount(source: String) async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/p"
            try await stage.emulator(
                "subject-tokens",
                ["token": "subject-1", "audience": .string(audience), "principal": "principal://pool/subject"])
            try await stage.emulator(
                "token-creators", ["email": .string(platform), "creators": ["principal://pool/subject"]])
            let plain = try await stage.emulator.writeTemporary("subject-1\n", name: "subject.txt")
            let json = try await stage.emulator.writeTemporary(["id_token": "subject-1"], name: "subject.json")
            let format: JSON = ["type": "json", "subject_token_field_name": "id_token"]
            let credentialSource: JSON =
                switch source {
                case "text": ["file": .string(plain)]
                case "json": ["file": .string(json), "format": format]
                default:
                    [
                        "url": .string("\(stage.emulator.address)/emulator/subject"),
                        "headers": ["X-Workload": "postern"], "format": format,
                    ]
                }
            let file = try await stage.emulator.writeTemporary(
                [
                    "type": "external_account", "audience": .string(audience),
                    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                    "token_url": .string("\(stage.emulator.address)/v1/token"),
                    "service_account_impersonation_url":
                        .string(
                            "\(stage.emulator.address)/v1/projects/-/serviceAccounts/\(platform):generateAccessToken"),
                    "credential_source": credentialSource,
                ], name: "external.json")
            #expect(try await networks(stage) { $0.credentialsFile = file } == 1)
            #expect(try await stage.emulator("token-counts", method: .get)["sts"] == 1)
        }
    }

    @Test("Without an identity of its own, an account is reached by Postern's")
    func ownIdentity() async throws {
        let stage = try await GoogleStage()
        let roles = try GoogleEmulator.role("postern-consumer").map { JSON.string($0) }
        try await stage.emulator(
            "project",
            ["id": .string(stage.consumer.nativeID), "permissions": .object([platform: .array(roles)])])
        var account = stage.consumer
        account.access = CloudAccess()
        #expect(try await stage.backend().networks(of: account).count == 1)
    }

    @Test("Credentials that do not work say what to change", arguments: BadCredentials.allCases)
    func badCredentials(kind: BadCredentials) async throws {
        try await GoogleStage.withOwnEmulator { stage in
            let file = try await kind.file(on: stage.emulator)
            let backend = try await stage.backend { settings in
                settings.credentialsFile = file
                settings.wellKnownFile = nil
                settings.usesMetadataServer = false
                settings.tokenURL = "\(stage.emulator.address)/token"
            }
            let error = try await failure { () async throws(CloudError) in
                _ = try await backend.observe(stage.target(stage.endpoint()))
            }
            #expect(error.kind == .denied)
            #expect(error.side == .postern)
            let fault = error.fault(side: .producer, at: .test)
            #expect(fault.remedy.contains("Postern server itself"))
            #expect("\(fault.message) \(fault.remedy)".contains(kind.clue), "\(fault)")
            #expect(error.cloudCode?.isEmpty == false)
            for secret in ["PRIVATE KEY-----", "secret-refresh", "secret-client"] {
                #expect(!"\(error)".contains(secret))
            }
        }
    }

    @Test("An identity that Postern may not take on is named, with the role that is missing")
    func refusedImpersonation() async throws {
        let stage = try await GoogleStage()
        var closed = stage.consumer
        closed.access = CloudAccess(identity: "closed@\(closed.nativeID).iam.gserviceaccount.com")
        let account = closed
        let backend = try await stage.backend()
        let endpoint = stage.endpoint()
        let target = EndpointTarget(
            endpoint: endpoint, service: stage.adopted, producer: stage.producer, consumer: account,
            network: stage.network, subnet: stage.network.subnets[0], wantedNativeIDs: [])
        let fault = try #require(try await backend.observe(target).hindrance?.fault)
        #expect(fault.code == "denied")
        #expect(fault.side == .consumer)
        #expect(fault.message.contains("closed@"))
        #expect(fault.remedy.contains("the custom role of postern-role.json"))
    }

    @Test("That Postern's own token or project lets it take on nobody is Postern's", arguments: SourceTrouble.allCases)
    func sourceOfImpersonation(trouble: SourceTrouble) async throws {
        let exchange = TokenExchange(caller: trouble, now: Environment.testing.now)
        let impersonation = Impersonation(of: "postern@p-1.iam.gserviceaccount.com", settings: GoogleSettings())
        let error = try await failure { () async throws(CloudError) in
            _ = try await impersonation.grant(with: BearerToken(secret: "ya29.x"), by: exchange)
        }
        #expect(error.kind == .denied)
        #expect(error.side == .postern)
        #expect(error.remedy?.contains(trouble.clue) == true, "\(error)")
    }

    @Test("A token of Postern's own that Google does not take is Postern's to renew")
    func refusedOwnToken() async throws {
        let stage = try await GoogleStage()
        var account = stage.consumer
        account.access = CloudAccess()
        let google = try await stage.backend().api.google
        let refusing = GoogleAPI(
            settings: google.settings, caller: SourceTrouble.refusedToken, tokens: google.tokens,
            environment: google.environment, logger: google.logger)
        let party = Party.consumer(account)
        let error = try await failure { () async throws(CloudError) in
            _ = try await ComputeAPI(google: refusing).subnetworks(of: account.nativeID, as: party)
        }
        #expect(error.side == .postern)
    }

    @Test("No token is in any line of the log")
    func logsNoToken() async throws {
        let stage = try await GoogleStage()
        let log = RecordedLog()
        var logger = Logger(label: "test") { _ in log }
        logger.logLevel = .trace
        let backend = GooglePSCBackend(
            settings: stage.settings, caller: try await GoogleStage.transport.value, environment: .testing,
            logger: logger)
        try await stage.emulator("project", ["id": .string(stage.consumer.nativeID), "apiEnabled": false])
        _ = try await failure { () async throws(CloudError) in _ = try await backend.networks(of: stage.consumer) }
        #expect(!log.lines.withLock { $0 }.isEmpty)
        #expect(log.lines.withLock { $0 }.allSatisfy { !$0.contains("ya29") && !$0.contains("Bearer") })
        #expect("\(BearerToken(secret: "ya29.x"))" == "an access token")
    }
}

/// Files and keys that Google will not take.
enum BadCredentials: CaseIterable {
    case missingFile, noJSON, unknownType, incomplete, brokenKey, strangerKey, revokedUser, none

    /// What the message has to name.
    var clue: String {
        switch self {
        case .missingFile: "cannot be read"
        case .noJSON: "no such JSON"
        case .unknownType: "gdch_service_account"
        case .incomplete: "lacks"
        case .brokenKey: "no RSA key"
        case .strangerKey: "Invalid JWT Signature"
        case .revokedUser: "not revoked"
        case .none: "GOOGLE_APPLICATION_CREDENTIALS"
        }
    }

    func file(on emulator: GoogleEmulator) async throws -> String? {
        let key = try await emulator("service-accounts", ["email": .string(GoogleEmulator.postern)])
        let other = try await emulator("service-accounts", ["email": "other@p-1.iam.gserviceaccount.com"])
        var members = key.members
        switch self {
        case .none: return nil
        case .missingFile: return "/nowhere/key.json"
        case .noJSON: return try await emulator.writeTemporary("text", name: "text.json")
        case .unknownType: members["type"] = "gdch_service_account"
        case .incomplete: members["client_email"] = nil
        case .brokenKey: members["private_key"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        case .strangerKey: members["private_key"] = other["private_key"]
        case .revokedUser:
            return try await emulator.writeTemporary(
                [
                    "type": "authorized_user", "client_id": "c", "client_secret": "secret-client",
                    "refresh_token": "secret-refresh",
                ], name: "user.json")
        }
        return try await emulator.writeTemporary(.object(members), name: "bad.json")
    }
}

/// What Google says where Postern's own identity is at fault.
enum SourceTrouble: CloudCaller, CaseIterable {
    case refusedToken, apiDisabled

    var clue: String {
        switch self {
        case .refusedToken: "Renew the credentials"
        case .apiDisabled: "Enable the IAM Service Account Credentials API in the project of Postern's own identity"
        }
    }

    func send(_ request: CloudRequest) async throws(CloudError) -> CloudResponse {
        switch self {
        case .refusedToken:
            CloudResponse(
                status: 401,
                body: Data(#"{"error": {"message": "Invalid Credentials", "errors": [{"reason": "authError"}]}}"#.utf8))
        case .apiDisabled:
            CloudResponse(
                status: 403,
                body: Data(
                    #"{"error": {"message": "It is disabled.", "details": [{"reason": "SERVICE_DISABLED"}]}}"#.utf8))
        }
    }
}

/// Keeps what is logged.
final class RecordedLog: LogHandler {
    let lines = Mutex<[String]>([])
    private let state = Mutex<(metadata: Logger.Metadata, level: Logger.Level)>(([:], .trace))

    var metadata: Logger.Metadata {
        get { state.withLock { $0.metadata } }
        set { state.withLock { $0.metadata = newValue } }
    }

    var logLevel: Logger.Level {
        get { state.withLock { $0.level } }
        set { state.withLock { $0.level = newValue } }
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") } }
}
