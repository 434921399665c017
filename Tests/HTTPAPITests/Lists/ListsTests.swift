import Connectivity
import HTTPTypes
import Testing

@testable import HTTPAPI

struct ListsTests {
    private func world(teams: Int) async throws -> APIWorld {
        let world = try await APIWorld()
        for number in 0..<teams { try await world.make("/v1/teams", ["name": .string("team-\(number)")]) }
        return world
    }

    @Test func cursorsWalkEverythingOnceWhileMoreIsAdded() async throws {
        let world = try await world(teams: 7)
        var seen: [String] = []
        var target = "/v1/teams?limit=3"
        while true {
            let page = await world.get(target)
            seen += page.names
            guard let link = page.headers[.link] else {
                #expect(page["next_cursor"] == JSONValue.null)
                break
            }
            #expect(link.hasPrefix("<") && link.hasSuffix(">; rel=\"next\""))
            target = String(link.dropFirst().prefix { $0 != ">" })
            #expect(target.hasSuffix("cursor=\(page["next_cursor"]?.string ?? "none")"))
            try await world.make("/v1/teams", ["name": .string("late-\(seen.count)")])
        }
        #expect(seen == (0..<7).reversed().map { "team-\($0)" })
    }

    @Test func aFullLastPageHasNoNext() async throws {
        let world = try await world(teams: 4)
        let first = await world.get("/v1/teams?limit=2")
        let second = await world.get("/v1/teams?limit=2&cursor=\(first["next_cursor"]?.string ?? "")")
        #expect(second.names == ["team-1", "team-0"])
        #expect(second["next_cursor"] == JSONValue.null)
    }

    @Test func aPageHasFiftyUnlessToldOtherwise() async throws {
        let world = try await world(teams: 51)
        let page = await world.get("/v1/teams")
        #expect(page.data.count == 50)
        let target = try #require(page.headers[.link]).dropFirst().prefix { $0 != ">" }
        #expect(await world.get(String(target)).names == ["team-0"])
        #expect(await world.get("/v1/teams?limit=200").data.count == 51)
    }

    @Test(arguments: [
        "limit=0", "limit=201", "limit=-1", "limit=1.0", "limit=", "limit=ten", "limit=01", "cursor=", "cursor=x",
        "cursor=AA", "offset=3", "Limit=3", "limit=%zz", "limit=1&limit=1", "provider=azure", "team=No+Name",
    ])
    func aBadQueryIsRefused(query: String) async throws {
        let world = try await world(teams: 1)
        let answer = await world.get("/v1/cloud-accounts?\(query)")
        #expect(answer.status == 400, "\(answer.text)")
        #expect(answer.code == "invalid_query")
        #expect(answer.faults.count == 1)
    }

    @Test func everyFaultOfAQueryIsToldAtOnce() async throws {
        let world = try await APIWorld()
        let answer = await world.get("/v1/endpoints?limit=x&cursor=y&phase=z&colour=red&service=A&team=b&team=c")
        #expect(answer.faults == ["colour", "cursor", "limit", "phase", "service", "team"])
    }

    @Test func aCursorBelongsToItsListAndItsFilters() async throws {
        let scene = try await Scene.make()
        let first = await scene.world.get("/v1/endpoints?limit=1&service=orders-api")
        let cursor = try #require(first["next_cursor"]?.string)
        #expect(await scene.world.get("/v1/endpoints?cursor=\(cursor)&service=orders-api").status == 200)
        #expect(await scene.world.get("/v1/endpoints?service=orders-api&limit=7&cursor=\(cursor)").status == 200)
        for other in [
            "/v1/endpoints?cursor=\(cursor)", "/v1/endpoints?service=secret-api&cursor=\(cursor)",
            "/v1/endpoints?service=orders-api&team=orders&cursor=\(cursor)",
            "/v1/approvals?service=orders-api&cursor=\(cursor)",
            "/v1/endpoints?service=orders-api&cursor=\(cursor)A",
            "/v1/endpoints?service=orders-api&cursor=\(cursor.dropLast())",
        ] {
            #expect(await scene.world.get(other).faults == ["cursor"], "\(other)")
        }
    }

    @Test func theLinkKeepsFiltersAndLimit() async throws {
        let scene = try await Scene.make()
        let page = await scene.world.get("/v1/endpoints?team=payments&limit=1")
        let link = try #require(page.headers[.link])
        #expect(link.hasPrefix("</v1/endpoints?team=payments&limit=1&cursor="))
    }

    @Test func singleThingsTakeNoQuery() async throws {
        let world = try await world(teams: 1)
        #expect(await world.get("/v1/teams/team-0?limit=1").faults == ["limit"])
        #expect(await world.post("/v1/teams?dry=1", ["name": "x"]).faults == ["dry"])
    }

    @Test func aCursorCarriesAnyPosition() {
        let cursor = PageCursor(list: "/v1/things?a=b")
        #expect(cursor.position(cursor.text(after: 41)) == 41)
        #expect(cursor.position(cursor.text(after: "vpce-1/ü")) == "vpce-1/ü")
        #expect(cursor.position(cursor.text(after: "x")) as Int? == nil)
        #expect(PageCursor(list: "/v1/others").position(cursor.text(after: 41)) as Int? == nil)
        let longest = String(repeating: "x", count: 1000)
        #expect(cursor.text(after: longest).utf8.count <= 2048)
        #expect(cursor.position(cursor.text(after: longest)) == longest)
    }
}
