import Testing

@testable import HTTPAPI

struct EventsTests {
    @Test func theLogIsReadOldestFirst() async throws {
        let scene = try await Scene.make()
        let first = await scene.world.get("/v1/events?limit=10")
        #expect(first.data.compactMap { $0["sequence"]?.integer } == Array(1...10))
        let cursor = try #require(first["next_cursor"]?.string)
        let second = await scene.world.get("/v1/events?limit=10&cursor=\(cursor)")
        #expect(second.data.compactMap { $0["sequence"]?.integer } == Array(11...20))
        #expect(first.data.first?["http_request_id"] == JSONValue.null)
        let filed = await scene.world.get("/v1/events?kind=endpoint_request.filed")
        #expect(filed.data.first?["http_request_id"] == "test")
    }

    @Test func eventsAreFiltered() async throws {
        let scene = try await Scene.make()
        func kinds(_ query: String, _ persona: Persona = .admin) async -> [String] {
            await scene.world.get("/v1/events?\(query)", as: persona).data.compactMap { $0["kind"]?.string }
        }
        #expect(await kinds("kind=approval.given").count == 3)
        #expect(await kinds("request_id=\(scene.pending)") == ["endpoint_request.filed"])
        #expect(await kinds("endpoint_id=\(scene.endpoint)&kind=endpoint.created") == ["endpoint.created"])
        #expect(await kinds("team=marketing") == ["team.created"])
        #expect(await kinds("service=nothing-like-it") == [])
        #expect(await kinds("", .outsider) == ["team.created"])
        #expect(await scene.world.get("/v1/events?kind=nothing&request_id=ep_1").faults == ["kind", "request_id"])
    }

    @Test func whoReadsAsAnAuditorLeavesAnEvent() async throws {
        let scene = try await Scene.make()
        func reads() async -> [JSONValue?] {
            await scene.world.get("/v1/events?kind=auditor.read").data.map { $0["detail"]?["path"] }
        }
        _ = await scene.world.get("/v1/endpoint-requests/\(scene.pending)?", as: .auditor)
        _ = await scene.world.get("/v1/endpoints?phase=failed", as: .auditor)
        #expect(await scene.world.get("/v1/endpoints/ep_01kb0s5y4gz8w6v4t2r0p8m6g1", as: .auditor).status == 404)
        _ = await scene.world.get("/v1/whoami", as: .auditor)
        _ = await scene.world.get("/v1/endpoints", as: .owner)
        #expect(await reads() == [.string("/v1/endpoint-requests/\(scene.pending)"), "/v1/endpoints"])
        let event = await scene.world.get("/v1/events?kind=auditor.read").data.first
        #expect(event?["actor"]?["subject"] == "ann@audit")
    }
}
