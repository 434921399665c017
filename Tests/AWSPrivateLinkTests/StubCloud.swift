import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Synchronization

/// Answers calls as told, and keeps them.
final class StubCloud: CloudCaller {
    private let answer: @Sendable (CloudRequest) throws(CloudError) -> CloudResponse
    private let kept = Mutex<[CloudRequest]>([])

    init(_ answer: @escaping @Sendable (CloudRequest) throws(CloudError) -> CloudResponse) { self.answer = answer }

    var requests: [CloudRequest] { kept.withLock { $0 } }

    /// The `Action` of each call.
    var actions: [String] {
        requests.compactMap { request in
            Self.form(request)["Action"]
        }
    }

    func send(_ request: CloudRequest) async throws(CloudError) -> CloudResponse {
        kept.withLock { $0.append(request) }
        // Lets others in between, as a network would.
        await Task.yield()
        return try answer(request)
    }

    static func form(_ request: CloudRequest) -> [String: String] {
        let text = String(decoding: request.body ?? Data(), as: UTF8.self)
        let pairs = text.split(separator: "&").map { pair -> (String, String) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts.last ?? "").removingPercentEncoding ?? "")
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    static func session(_ key: String, until end: String = "2027-01-01T00:00:00Z", action: String = "AssumeRole")
        -> CloudResponse
    {
        CloudResponse(
            status: 200,
            body: Data(
                """
                <\(action)Response><\(action)Result><Credentials><AccessKeyId>\(key)</AccessKeyId>\
                <SecretAccessKey>s</SecretAccessKey><SessionToken>t/\(key)</SessionToken>\
                <Expiration>\(end)</Expiration></Credentials></\(action)Result></\(action)Response>
                """.utf8))
    }

    static func identity(_ account: String) -> CloudResponse {
        CloudResponse(
            status: 200,
            body: Data(
                "<R><GetCallerIdentityResult><Account>\(account)</Account></GetCallerIdentityResult></R>".utf8))
    }
}

extension CloudAccount {
    static func stub(_ nativeID: String, access: CloudAccess = CloudAccess()) throws -> CloudAccount {
        guard let name = ResourceName("stub") else { throw StubFailure() }
        let now = Timestamp(milliseconds: 1_795_000_000_000)
        return CloudAccount(
            id: ID(at: now, entropy: .init(high: 0, low: .random(in: 0...UInt64.max))), name: name,
            teamID: ID(at: now, entropy: .init(high: 0, low: 1)), provider: .aws, nativeID: nativeID, access: access,
            description: nil, schedule: Schedule(dueAt: nil), createdAt: now, updatedAt: now)
    }
}

struct StubFailure: Error {}

/// A clock that a test moves.
final class Hands: Sendable {
    private let instant: Mutex<Timestamp>

    init(_ text: String = "2026-11-25T08:00:00Z") {
        instant = Mutex(Timestamp(text) ?? Timestamp(milliseconds: 0))
    }

    var now: Timestamp { instant.withLock { $0 } }
    func move(by step: Duration) { instant.withLock { $0 = $0 + step } }
}
