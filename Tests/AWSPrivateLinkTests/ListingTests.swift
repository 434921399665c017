import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Logging
import Synchronization
import Testing

@testable import AWSPrivateLink

/// Listings that EC2 gives in pages.
@Suite struct ListingTests {
    private let clock = Hands()

    private func networks(_ cloud: StubCloud) async throws -> [NetworkSighting] {
        let environment = ["AWS_ACCESS_KEY_ID": "OWN", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1"]
        let backend = AWSPrivateLinkBackend(
            settings: try AWSSettings(environment: environment), transport: cloud, now: { [clock] in clock.now },
            logger: Logger(label: "test"))
        return try await backend.networks(of: try .stub("111122223333"))
    }

    /// Gives `last` pages with a VPC each.
    private static func cloud(pages last: Int) -> StubCloud {
        let asked = Mutex(0)
        return StubCloud { request throws(CloudError) in
            switch StubCloud.form(request)["Action"] {
            case "GetCallerIdentity": return StubCloud.identity("111122223333")
            case "DescribeVpcs":
                let page = asked.withLock {
                    $0 += 1; return $0
                }
                let next = page < last ? "<nextToken>page \(page)</nextToken>" : ""
                let set = "<vpcSet><item><vpcId>vpc-\(page)</vpcId></item></vpcSet>"
                return CloudResponse(status: 200, body: Data("<R>\(set)\(next)</R>".utf8))
            default: return CloudResponse(status: 200, body: Data("<R><subnetSet/></R>".utf8))
            }
        }
    }

    @Test func allPagesAreRead() async throws {
        #expect(try await networks(Self.cloud(pages: 1000)).count == 1000)
    }

    /// A part of it would tell that the rest is gone.
    @Test func aListingWithoutEndGivesNothing() async throws {
        let cloud = Self.cloud(pages: .max)
        let error = await #expect(throws: CloudError.self) { try await networks(cloud) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message == "DescribeVpcs: no end after 1000 pages.")
        #expect(cloud.actions.filter { $0 == "DescribeVpcs" }.count == 1000)
    }
}
