import Connectivity
import ControlPlane
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AWSPrivateLink

/// Each failure tells a person what to change: AWS's code, its request id, and on whose side.
extension EmulatedAWSTests {
    private func failure(_ body: () async throws -> Void) async -> CloudError? {
        await #expect(throws: CloudError.self) { try await body() }
    }

    private func expectTold(
        _ error: CloudError?, _ kind: CloudError.Kind, _ code: String, mentioning word: String
    ) throws {
        let error = try #require(error)
        #expect(error.kind == kind)
        #expect(error.cloudCode == code)
        #expect(error.cloudRequestID?.isEmpty == false)
        #expect(error.message.contains(word), "\(error.message)")
        #expect(!error.fault(side: .consumer, at: AWSStage.now).remedy.isEmpty)
    }

    @Test func wrongCredentials() async throws {
        var stage = try await AWSStage()
        stage.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        let backend = try stage.makeBackend()
        let error = await failure { [stage] in _ = try await backend.networks(of: stage.consumer) }
        try expectTold(error, .denied, "SignatureDoesNotMatch", mentioning: "AssumeRole")
        #expect(error?.side == .postern)
        #expect(error?.fault(side: .producer, at: AWSStage.now).remedy.contains("server itself") == true)
        #expect(error?.message.contains("wrong") == false)
    }

    @Test func aRoleThatCannotBeAssumed() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        try await stage.emulator("remove_role", ["arn": .string(stage.consumer.access.identity ?? "")])
        let target = stage.target(stage.endpoint())
        let error = await failure { try await backend.ensureEndpointAbsent(target) }
        try expectTold(error, .denied, "AccessDenied", mentioning: "role/postern")
        // It is the consumer's to mend, although nobody knows which step failed.
        let fault = try #require(try await backend.observe(target).hindrance?.fault)
        #expect(fault.code == "denied" && fault.cloudCode == "AccessDenied" && fault.side == .consumer)
        #expect(fault.remedy.contains("the consumer's account"))
    }

    /// Where the consumer's side only has no time for Postern, the producer's is cut without it.
    @Test func aBusyConsumerKeepsNoAccess() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        var endpoint = stage.endpoint()
        let nativeID = try #require(try await stage.drive(&endpoint, by: backend).seen.connection?.nativeID)
        endpoint.desired = .absent
        try await stage.emulator("fault", ["kind": "throttled", "action": "DescribeVpcEndpoints", "count": 1000])
        let end = try await stage.drive(&endpoint, by: backend)
        guard case .hindered(let hindrance) = end.action else {
            Issue.record("\(end)")
            return
        }
        #expect(hindrance.fault.isRetryable && hindrance.fault.code == "throttled")
        #expect(end.seen.connection?.nativeID == nativeID && end.seen.connection?.status == .rejected)
        #expect(end.seen.admission == .absent)
        try await stage.emulator("clear_faults")
        #expect(try await stage.drive(&endpoint, by: backend).action == .settle(.closed))
    }

    @Test func aWrongExternalID() async throws {
        let stage = try await AWSStage()
        var account = stage.consumer
        account.access.externalID = "guessed"
        let backend = try stage.makeBackend()
        let error = await failure { [account] in _ = try await backend.networks(of: account) }
        try expectTold(error, .denied, "AccessDenied", mentioning: "sts:AssumeRole")
        #expect(error?.message.contains("guessed") == false)
    }

    @Test func aDeletedSubnet() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        try await stage.emulator.boto(
            stage.consumer.nativeID, "delete_subnet", ["SubnetId": .string(stage.network.subnets[0].nativeID)])
        try await backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let error = await failure { try await backend.ensureEndpoint(stage.target(endpoint), token: "t") }
        try expectTold(error, .notFound, "InvalidSubnetID.NotFound", mentioning: stage.network.subnets[0].nativeID)
    }

    @Test func aFullSubnet() async throws {
        let stage = try await AWSStage()
        let (backend, endpoint) = (try stage.makeBackend(), stage.endpoint())
        let all = (4...14).map { number -> JSON in
            ["PrivateIpAddress": .string("10.0.0.\(number)"), "Primary": .bool(number == 4)]
        }
        try await stage.emulator.boto(
            stage.consumer.nativeID, "create_network_interface",
            ["SubnetId": .string(stage.network.subnets[0].nativeID), "PrivateIpAddresses": .array(all)])
        try await backend.ensureAdmitted(stage.target(endpoint), limit: 1)
        let error = await failure { try await backend.ensureEndpoint(stage.target(endpoint), token: "t") }
        try expectTold(error, .conflict, "InsufficientFreeAddressesInSubnet", mentioning: "free addresses")
    }

    @Test func aThrottledAPI() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        try await stage.emulator("fault", ["kind": "throttled", "action": "DescribeVpcs", "retry_after": 9])
        let error = await failure { _ = try await backend.networks(of: stage.consumer) }
        try expectTold(error, .throttled, "RequestLimitExceeded", mentioning: "DescribeVpcs")
        #expect(error?.retryAfter == .seconds(9))
        #expect(try await backend.networks(of: stage.consumer).count == 1)
    }

    @Test func aMissingPermission() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        // The consumer's role may look at no endpoint service.
        let mistaken = ServiceTarget(service: stage.service, account: stage.consumer)
        let error = await failure { _ = try await backend.observe(mistaken) }
        try expectTold(
            error, .denied, "UnauthorizedOperation", mentioning: "ec2:DescribeVpcEndpointServiceConfigurations")
    }

    @Test func aReplyThatMakesNoSense() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        try await stage.emulator("fault", ["kind": "garbage", "action": "DescribeVpcs"])
        let error = await failure { _ = try await backend.networks(of: stage.consumer) }
        #expect(error?.kind == .unavailable)
    }

    @Test func aSessionThatEndsEarlyIsRenewed() async throws {
        let stage = try await AWSStage()
        let backend = try stage.makeBackend()
        _ = try await backend.networks(of: stage.consumer)
        try await stage.emulator("expire_sessions")
        #expect(try await backend.networks(of: stage.consumer).count == 1)
    }

    /// As `Permissions.md` says of a role that lacks `AnswerPrivateNames`.
    @Test func aRefusedPrivateNameHidesNoEndpoint() async throws {
        let stage = try await AWSStage(privateDNSName: "orders.example.com")
        try await stage.emulator(
            "private_dns_state", ["service": .string(stage.adoptedID ?? ""), "state": "verified"])
        let full = try AWSEmulator.policy("consumer-role")
        let statements = full["Statement"].elements
        let narrower: JSON = [
            "Version": full["Version"],
            "Statement": .array(statements.filter { $0["Sid"].text != "AnswerPrivateNames" }),
        ]
        #expect(narrower["Statement"].elements.count == statements.count - 1)
        func allow(_ policy: JSON) async throws {
            try await stage.emulator(
                "role",
                [
                    "account": .string(stage.consumer.nativeID), "name": "postern", "policies": [policy],
                    "trusts": [.string("arn:aws:iam::\(AWSStage.serverAccount):user/postern")],
                    "external_id": .string(stage.consumer.access.externalID ?? ""),
                ])
        }
        try await allow(narrower)
        let log = LogBook()
        let backend = try stage.makeBackend(logger: Logger(label: "test") { _ in log })
        var endpoint = stage.endpoint(options: .init(privateDNS: true))
        for _ in 0..<3 {
            let end = try await stage.drive(&endpoint, by: backend)
            #expect(end.action == .settle(.active))
            #expect(end.seen.endpoint?.addresses == ["10.0.0.4"])
            #expect(end.seen.endpoint?.dnsNames.contains("orders.example.com") == false)
        }
        #expect(try await stage.calls("ModifyVpcEndpoint").count > 1)
        let told = log.text.split(separator: "\n").filter { $0.contains("private DNS") }
        #expect(told.count == 1)
        #expect(told.first?.contains("UnauthorizedOperation") == true)
        #expect(told.first?.contains(endpoint.observed.nativeID ?? "no id") == true)
        // What passes by itself hinders the look, which comes again.
        try await stage.emulator("fault", ["kind": "throttled", "action": "ModifyVpcEndpoint"])
        let passing = try await backend.observe(stage.target(endpoint)).hindrance?.fault
        #expect(passing?.code == "throttled" && passing?.isRetryable == true)
        try await allow(full)
        // The emulator's sessions keep what their role might do when they began.
        try await stage.emulator("expire_sessions")
        _ = try await stage.drive(&endpoint, by: backend)
        let seen = try await stage.drive(&endpoint, by: backend).seen
        #expect(seen.endpoint?.dnsNames.contains("orders.example.com") == true)
    }

    /// Everything that a connection and its failures log, at the most talkative level.
    @Test func nothingSecretIsLogged() async throws {
        let stage = try await AWSStage()
        let log = LogBook()
        var logger = Logger(label: "test") { _ in log }
        logger.logLevel = .trace
        let backend = try stage.makeBackend(logger: logger)
        var endpoint = stage.endpoint()
        _ = try await stage.drive(&endpoint, by: backend)
        try await stage.emulator("fault", ["kind": "denied", "action": "DescribeVpcs"])
        _ = await failure { _ = try await backend.networks(of: stage.consumer) }
        let text = log.text
        #expect(text.contains("CreateVpcEndpoint") && text.contains("UnauthorizedOperation"))
        let secrets = [
            stage.environment["AWS_SECRET_ACCESS_KEY"], stage.environment["AWS_ACCESS_KEY_ID"],
            stage.consumer.access.externalID, "ASIA", "Signature", "IQoJ",
        ].compactMap(\.self)
        #expect(secrets.count == 6)
        for secret in secrets { #expect(!text.contains(secret)) }
    }
}

/// Keeps all that is logged.
private final class LogBook: LogHandler {
    private let lines = Mutex<[String]>([])
    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
