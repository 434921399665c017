import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import FakeCloud

/// Random histories of what consumers, producers and time do, after each of which the books have to balance.
@Suite struct HistoryTests {
    /// SplitMix64: the same seed always gives the same history.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test(arguments: CloudProvider.allCases, 1...12)
    func booksBalance(provider: CloudProvider, seed: UInt64) async throws {
        let rig = try FakeRig(provider: provider)
        let scene = try rig.makeScene(SceneWish(consumers: 3, reconcilesConnections: seed.isMultiple(of: 2)))
        var chance = Chance(state: seed)
        for step in 0..<150 {
            try await act(on: rig, scene, &chance)
            try check(rig, scene, "seed \(seed), step \(step)")
        }
    }

    private func act(on rig: FakeRig, _ scene: BackendScene, _ chance: inout Chance) async throws {
        let consumer = scene.consumers[Int.random(in: 0..<3, using: &chance)]
        let account = consumer.account.nativeID
        let endpoint = try rig.connections(to: scene.service).keys.sorted().randomElement(using: &chance)
        do {
            switch Int.random(in: 0..<9, using: &chance) {
            case 0...2:
                let subnet = consumer.network.subnets[Int.random(in: 0..<2, using: &chance)]
                _ = try await rig.createEndpoint(by: consumer, in: subnet, to: scene.service, disguisedAs: nil)
            case 3:
                if let endpoint { try await rig.cloud.deleteEndpoint(nativeID: endpoint) }
            case 4: try rig.admit(account, limit: Int.random(in: 1...4, using: &chance), to: scene.service)
            case 5: try await rig.removeAdmission(account, from: scene.service)
            case 6, 7:
                let isAccepted = Bool.random(using: &chance)
                guard let endpoint else { return }
                try await rig.cloud.decide(
                    serviceNativeID: scene.service.nativeID, endpointNativeID: endpoint, isAccepted: isAccepted)
            default: rig.advance()
            }
        } catch is CloudError {
            // The cloud refused, as it may: what matters is what it did.
        }
    }

    private func check(_ rig: FakeRig, _ scene: BackendScene, _ place: Comment) throws {
        try rig.native { state in
            var held: [String: [String]] = [:]
            for endpoint in state.endpoints.values {
                for (subnet, address) in endpoint.addresses { held[subnet, default: []].append(address) }
            }
            for (subnet, addresses) in held {
                #expect(Set(addresses).count == addresses.count, "an address is given twice; \(place)")
                #expect(state.usage.addresses(in: subnet) == Set(addresses), place)
            }
            guard let attachment = state.attachments[scene.service.nativeID] else { return }
            let all = state.endpoints(of: attachment.uri)
            // Deciding everything anew changes nothing: what was decided step by step is what the lists say. Room that
            // its last user only leaves is not free yet.
            if state.roster.leaving.isEmpty {
                let due = attachment.decisions(on: all, consumersByPolicy: nil).mapValues(\.rawValue)
                #expect(due == all.reduce(into: [:]) { $0[$1.nativeID] = $1.history.final }, place)
            }
            let accepted = all.count { ["ACCEPTED", "NEEDS_ATTENTION"].contains($0.history.final) }
            #expect(state.roster.acceptedCount(ofService: attachment.uri) == accepted, place)
            #expect(
                state.roster.hasWaiting(ofService: attachment.uri)
                    == all.contains { ["PENDING", "REJECTED", "NEEDS_ATTENTION"].contains($0.history.final) }, place)
        }
    }
}
