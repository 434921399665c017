import Connectivity
import ControlPlane
import TestSupport
import Testing

@testable import HTTPAPI

struct LastUseTests {
    /// Waits until a token's last use is as told, for as long as the test may run.
    private func lastUse(of id: ID<AccessToken>, in world: APIWorld, becomes expected: Timestamp) async throws {
        while try await world.store.read({ try $0.find(id)?.lastUsedAt }) != expected {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func theLastUseIsNotedOnceAMinute() async throws {
        let world = try await APIWorld()
        let id = try #require(ID<AccessToken>(await world.get("/v1/tokens").data.first?["id"]?.string ?? ""))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await world.api.lastUse.run() }
            defer { group.cancelAll() }
            let first = world.clock.now
            try await lastUse(of: id, in: world, becomes: first)
            world.clock.advance(.seconds(59))
            _ = await world.get("/v1/whoami")
            world.clock.advance(.seconds(1))
            _ = await world.get("/v1/whoami")
            // The one in between would have come first, had it been noted.
            try await lastUse(of: id, in: world, becomes: first + .seconds(60))
            #expect(await world.get("/v1/tokens/\(id)")["revision"] == 1)
        }
    }

    @Test func secretsAreOfFullLengthAndNeverTheSame() {
        let secrets = (0..<100).map { _ in BearerSecret().text }
        #expect(Set(secrets).count == 100)
        #expect(
            secrets.allSatisfy {
                BearerSecret.isPlausible($0) && Base64URL.decode(String($0.dropFirst(4)))?.count == 32
            })
        #expect(
            BearerSecret.digest(of: "pst_x")
                == "92e04f7b5c1486b7359c3d28ccf6752e60cca83c696e593a8a8f49dd5debc167")
    }
}
