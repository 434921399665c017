import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import FakeCloud

/// Faults strike the calls they name, as often as they were told to.
@Suite struct ScriptedFaultTests {
    private func outcome(_ rig: FakeRig, _ account: CloudAccount) async -> CloudError? {
        do throws(CloudError) {
            _ = try await rig.makeBackend().networks(of: account)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (CloudProvider.gcp, ScriptedFault.Kind.throttled, "rateLimitExceeded"),
        (.aws, .throttled, "RequestLimitExceeded"), (.gcp, .unavailable, "backendError"),
        (.aws, .unavailable, "Unavailable"), (.gcp, .denied, "forbidden"), (.aws, .denied, "UnauthorizedOperation"),
        (.gcp, .conflict, "conditionNotMet"), (.aws, .conflict, "IncorrectState"),
    ])
    func aBurstEndsAfterItsCount(provider: CloudProvider, kind: ScriptedFault.Kind, code: String) async throws {
        let rig = try FakeRig(provider: provider)
        let account = try account(in: rig)
        await rig.script(ScriptedFault(kind: kind, operation: .networks, count: 3))
        for _ in 0..<3 { #expect(await outcome(rig, account)?.cloudCode == code) }
        #expect(await outcome(rig, account) == nil)
    }

    @Test func otherCallsAreSpared() async throws {
        let rig = try FakeRig(provider: .aws)
        let account = try account(in: rig)
        await rig.script(ScriptedFault(kind: .denied, operation: .admit, count: 1))
        #expect(await outcome(rig, account) == nil)
        await rig.script(ScriptedFault(kind: .throttled, operation: nil, count: 1))
        #expect(await outcome(rig, account)?.kind == .throttled)
        await rig.script(ScriptedFault(kind: .throttled, operation: nil, count: 9))
        await rig.clearFaults()
        #expect(await outcome(rig, account) == nil)
    }

    @Test func aSlowAnswerComes() async throws {
        let rig = try FakeRig(provider: .gcp)
        let account = try account(in: rig)
        await rig.script(ScriptedFault(kind: .slow, operation: .networks, count: 1))
        #expect(await outcome(rig, account) == nil)
    }

    @Test func anAccountThatIsNotThereIsDenied() async throws {
        for provider in CloudProvider.allCases {
            let rig = try FakeRig(provider: provider)
            let stranger = provider == .gcp ? "no-such-project" : "999988887777"
            #expect(await outcome(rig, account(stranger, of: provider))?.kind == .denied)
        }
    }

    private func account(in rig: FakeRig) throws -> CloudAccount {
        account(try rig.makeScene(SceneWish()).producer.nativeID, of: rig.provider)
    }

    private func account(_ nativeID: String, of provider: CloudProvider) -> CloudAccount {
        let now = Timestamp(milliseconds: 1_795_000_000_000)
        let (entropy, name) = (ULID.Entropy(high: 1, low: 1), ResourceName("orders"))
        guard let name else { preconditionFailure("a plain word is a name") }
        return CloudAccount(
            id: ID(at: now, entropy: entropy), name: name, teamID: ID(at: now, entropy: entropy), provider: provider,
            nativeID: nativeID, description: nil, schedule: Schedule(dueAt: nil), createdAt: now, updatedAt: now)
    }
}
