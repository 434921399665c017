import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Logging
import Synchronization
import Testing

@testable import AWSPrivateLink

/// Postern's way into registered accounts.
@Suite struct AccountCredentialsTests {
    private let clock = Hands()
    private let own = ["AWS_ACCESS_KEY_ID": "OWN", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1"]

    private func backend(_ cloud: StubCloud, environment: [String: String]? = nil) throws -> AWSPrivateLinkBackend {
        AWSPrivateLinkBackend(
            settings: try AWSSettings(environment: environment ?? own), transport: cloud,
            now: { [clock] in clock.now }, logger: Logger(label: "test"))
    }

    private static let empty = CloudResponse(status: 200, body: Data("<R><vpcSet/><subnetSet/></R>".utf8))

    private func role(_ account: String) throws -> CloudAccount {
        try .stub(account, access: .init(identity: "arn:aws:iam::\(account):role/postern", externalID: "x/7"))
    }

    @Test func oneRoleServesManyCallersUntilItEnds() async throws {
        let cloud = StubCloud { request throws(CloudError) in
            StubCloud.form(request)["Action"] == "AssumeRole"
                ? StubCloud.session("ROLE", until: "2026-11-25T09:00:00Z") : Self.empty
        }
        let (backend, account) = (try backend(cloud), try role("444455556666"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await backend.networks(of: account) } }
            try await group.waitForAll()
        }
        #expect(cloud.actions.filter { $0 == "AssumeRole" }.count == 1)
        let assumed = try #require(cloud.requests.first { StubCloud.form($0)["Action"] == "AssumeRole" })
        #expect(StubCloud.form(assumed)["ExternalId"] == "x/7")
        #expect(StubCloud.form(assumed)["RoleSessionName"] == "postern")
        #expect(assumed.url == "https://sts.eu-central-1.amazonaws.com/")
        let looked = try #require(cloud.requests.first { StubCloud.form($0)["Action"] == "DescribeVpcs" })
        #expect(looked.headers["X-Amz-Security-Token"] == "t/ROLE")
        clock.move(by: .seconds(54 * 60))
        _ = try await backend.networks(of: account)
        #expect(cloud.actions.filter { $0 == "AssumeRole" }.count == 1)
        // Renewed before it ends.
        clock.move(by: .seconds(2 * 60))
        _ = try await backend.networks(of: account)
        #expect(cloud.actions.filter { $0 == "AssumeRole" }.count == 2)
    }

    /// Each of them hears that the session has ended, the last ones after a new session was begun.
    @Test func aSessionThatEndsEarlyIsRenewedOnceForAll() async throws {
        let sessions = Mutex(0)
        let cloud = StubCloud { request throws(CloudError) in
            if StubCloud.form(request)["Action"] == "AssumeRole" {
                return StubCloud.session("ROLE\(sessions.withLock { $0 += 1; return $0 })")
            }
            guard request.headers["X-Amz-Security-Token"] == "t/ROLE1" else { return Self.empty }
            let refusal = "<Code>ExpiredToken</Code><Message>x</Message>"
            return CloudResponse(
                status: 400, body: Data("<Response><Errors><Error>\(refusal)</Error></Errors></Response>".utf8))
        }
        let (backend, account) = (try backend(cloud), try role("444455556666"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await backend.networks(of: account) } }
            try await group.waitForAll()
        }
        #expect(sessions.withLock { $0 } == 2)
    }

    @Test func accountsHaveTheirOwnRoles() async throws {
        let cloud = StubCloud { request throws(CloudError) in
            let form = StubCloud.form(request)
            return form["Action"] == "AssumeRole"
                ? StubCloud.session(String(form["RoleArn"]?.split(separator: ":")[3] ?? "")) : Self.empty
        }
        let backend = try backend(cloud)
        for account in ["111122223333", "444455556666"] {
            _ = try await backend.networks(of: try role(account))
            #expect(cloud.requests.last?.headers["X-Amz-Security-Token"] == "t/\(account)")
        }
    }

    /// Without a role, Postern would make the consumer's endpoint in its own account.
    @Test func anAccountWithoutARoleHasToBeItsOwn() async throws {
        let cloud = StubCloud { request throws(CloudError) in
            StubCloud.form(request)["Action"] == "GetCallerIdentity" ? StubCloud.identity("111122223333") : Self.empty
        }
        let backend = try backend(cloud)
        _ = try await backend.networks(of: try .stub("111122223333"))
        let error = await #expect(throws: CloudError.self) {
            _ = try await backend.networks(of: try .stub("444455556666"))
        }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("access.identity") == true)
        #expect(cloud.actions.filter { $0 == "GetCallerIdentity" }.count == 1)
    }

    @Test func credentialsThatEndEarlyAreRenewedOnce() async throws {
        let sessions = Mutex(0)
        let cloud = StubCloud { request throws(CloudError) in
            let form = StubCloud.form(request)
            if form["Action"] == "AssumeRole" {
                return StubCloud.session("S\(sessions.withLock { $0 += 1; return $0 })")
            }
            guard request.headers["X-Amz-Security-Token"] == "t/S1" else { return Self.empty }
            return CloudResponse(
                status: 400,
                body: Data(
                    "<Response><Errors><Error><Code>RequestExpired</Code></Error></Errors></Response>".utf8))
        }
        _ = try await backend(cloud).networks(of: try role("444455556666"))
        #expect(cloud.actions == ["AssumeRole", "DescribeVpcs", "AssumeRole", "DescribeVpcs", "DescribeSubnets"])
    }

    @Test func endpointsOfTheEnvironmentAreHonoured() async throws {
        for (variables, sts, ec2) in [
            (["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"], "http://127.0.0.1:5000/", "http://127.0.0.1:5000/"),
            (
                ["AWS_ENDPOINT_URL": "http://127.0.0.1:5000", "AWS_ENDPOINT_URL_EC2": "https://ec2.proxy.example/x"],
                "http://127.0.0.1:5000/", "https://ec2.proxy.example/x/"
            ),
            (
                ["AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"], "http://127.0.0.1:1/",
                "https://ec2.eu-central-1.amazonaws.com/"
            ),
            ([:], "https://sts.eu-central-1.amazonaws.com/", "https://ec2.eu-central-1.amazonaws.com/"),
        ] {
            let cloud = StubCloud { request throws(CloudError) in
                StubCloud.form(request)["Action"] == "AssumeRole" ? StubCloud.session("R") : Self.empty
            }
            let backend = try backend(cloud, environment: own.merging(variables) { $1 })
            _ = try await backend.networks(of: try role("444455556666"))
            #expect(cloud.requests.map(\.url) == [sts, ec2, ec2])
        }
    }

    @Test(arguments: [
        ("cn-north-1", "https://ec2.cn-north-1.amazonaws.com.cn/"),
        ("us-gov-west-1", "https://ec2.us-gov-west-1.amazonaws.com/"),
        ("ap-southeast-3", "https://ec2.ap-southeast-3.amazonaws.com/"),
        ("eusc-de-east-1", "https://ec2.eusc-de-east-1.amazonaws.eu/"),
    ]) func regionsHaveTheirHosts(_ region: String, _ url: String) throws {
        #expect(ServiceEndpoints().url(of: .ec2, in: try Region(region)) == url)
    }

    /// A region comes from a client, and becomes part of a host's name.
    @Test(arguments: ["", "evil.example/", "a.b", "eu-central-1:80", "EU", "x@y", "eu central", "eu-central-1#"])
    func whatIsNoRegionIsCalledNowhere(_ region: String) async throws {
        let cloud = StubCloud { _ throws(CloudError) in Self.empty }
        var account = try role("444455556666")
        account.access.regions = [region]
        let (backend, target) = (try backend(cloud), account)
        let error = await #expect(throws: CloudError.self) {
            _ = try await backend.networks(of: target)
        }
        #expect(error?.kind == .invalid)
        #expect(cloud.requests.isEmpty)
    }

    @Test func allRegionsOfAnAccountAreRead() async throws {
        let cloud = StubCloud { request throws(CloudError) in
            StubCloud.form(request)["Action"] == "AssumeRole" ? StubCloud.session("R") : Self.empty
        }
        var account = try role("444455556666")
        account.access.regions = ["eu-west-1", "us-east-2"]
        _ = try await backend(cloud).networks(of: account)
        #expect(
            cloud.requests.dropFirst().map(\.url) == [
                "https://ec2.eu-west-1.amazonaws.com/", "https://ec2.eu-west-1.amazonaws.com/",
                "https://ec2.us-east-2.amazonaws.com/", "https://ec2.us-east-2.amazonaws.com/",
            ])
    }

    @Test func withoutAnyRegionItIsTold() async throws {
        let cloud = StubCloud { _ throws(CloudError) in Self.empty }
        let backend = try backend(
            cloud, environment: ["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "s", "HOME": "/nonexistent"])
        let error = await #expect(throws: CloudError.self) {
            _ = try await backend.networks(of: try role("444455556666"))
        }
        #expect(error?.message.contains("AWS_REGION") == true)
    }
}
