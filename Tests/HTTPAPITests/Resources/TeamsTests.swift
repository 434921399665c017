import HTTPTypes
import Testing

@testable import HTTPAPI

struct TeamsTests {
    @Test func aTeamIsMadeReadAndChanged() async throws {
        let world = try await APIWorld()
        let made = try await world.make(
            "/v1/teams", ["name": "payments", "description": "Takes the money", "contact": "#payments"])
        #expect(made.status == 201)
        #expect(made.headers[.location] == "/v1/teams/\(made.id)")
        #expect(made.headers[.eTag] == "\"1\"")
        #expect(made["created_at"] == "2026-09-21T14:13:20.123Z")
        #expect(await world.get("/v1/teams/payments").json == made.json)
        #expect(await world.get("/v1/teams/\(made.id)").json == made.json)

        let changed = await world.patch("/v1/teams/payments", ["description": nil])
        #expect(changed.status == 200)
        #expect(changed.headers[.eTag] == "\"2\"")
        #expect(changed["description"] == JSONValue.null)
        #expect(changed["contact"] == "#payments", "what is left out stays")
        #expect(changed["revision"] == 2)
    }

    @Test func everyFaultOfABodyIsToldAtOnce() async throws {
        let world = try await APIWorld()
        let answer = await world.post("/v1/teams", ["name": "Not A Name", "contact": 7, "nme": "x", "a/b~c": 1])
        #expect(answer.status == 400)
        #expect(answer.code == "invalid_body")
        #expect(answer.contentType == "application/problem+json")
        #expect(answer.faults == ["/a~1b~0c", "/contact", "/name", "/nme"])
        #expect(await world.post("/v1/teams", [:]).faults == ["/name"])
    }

    @Test func aNameIsTakenOnce() async throws {
        let world = try await APIWorld()
        try await world.make("/v1/teams", ["name": "payments"])
        let again = await world.post("/v1/teams", ["name": "payments"])
        #expect(again.status == 409)
        #expect(again.code == "conflict")
    }

    @Test func aChangeNamesSomethingToChange() async throws {
        let world = try await APIWorld()
        try await world.make("/v1/teams", ["name": "payments"])
        #expect(await world.patch("/v1/teams/payments", [:]).faults == [""])
        #expect(await world.patch("/v1/teams/payments", ["name": "other"]).faults == ["/name"])
        #expect(await world.patch("/v1/teams/nobody", ["contact": "x"]).status == 404)
    }

    @Test(arguments: ["team_", "no_such", "UPPER", "team_01kb0s5y4gz8w6v4t2r0p8m6a2", "svc_01kb0s5y4gz8w6v4t2r0p8m6a2"])
    func whatIsNotThereIsNotFound(reference: String) async throws {
        let world = try await APIWorld()
        #expect(await world.get("/v1/teams/\(reference)").code == "not_found")
    }
}
