import Connectivity
import ControlPlane
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPAPI

struct IdempotencyTests {
    @Test func theSameRequestIsDoneOnce() async throws {
        let scene = try await Scene.make()
        let headers: HTTPFields = [.idempotencyKey: "file-1"]
        let first = try await scene.world.make(
            "/v1/endpoint-requests", as: .consumer, scene.filing("batch-e"), headers: headers)
        let again = await scene.world.post(
            "/v1/endpoint-requests", as: .consumer, scene.filing("batch-e"), headers: headers)
        #expect(first.headers[.replayed] == nil)
        #expect(again.headers[.replayed] == "true")
        #expect(again.status == 201)
        #expect(again.bytes == first.bytes)
        #expect(again.contentType == "application/json")
        #expect(again.headers[.location] == first.headers[.location])
        #expect(again.headers[.eTag] == first.headers[.eTag])
        #expect(await scene.world.get("/v1/events?kind=endpoint_request.filed").data.count == 6)
    }

    @Test func anotherRequestNeedsAnotherKey() async throws {
        let world = try await APIWorld()
        let headers: HTTPFields = [.idempotencyKey: "k"]
        try await world.make("/v1/teams", ["name": "one"], headers: headers)
        for (path, body) in [("/v1/teams", ["name": "two"]), ("/v1/tokens", ["name": "one"])] as [(String, JSONValue)] {
            let answer = await world.post(
                path, path == "/v1/tokens" ? ["subject": "x"] : body, headers: headers)
            #expect(answer.status == 422)
            #expect(answer.code == "idempotency_key_reused")
            #expect(answer.faults == ["Idempotency-Key"])
        }
        #expect(await world.get("/v1/teams").names == ["one"])
    }

    @Test func aKeyIsItsCallersOwn() async throws {
        let world = try await APIWorld()
        try await world.admit(.owner, subject: "other admin", teams: [], roles: [.admin])
        let headers: HTTPFields = [.idempotencyKey: "k"]
        try await world.make("/v1/teams", ["name": "one"], headers: headers)
        #expect(await world.post("/v1/teams", as: .owner, ["name": "two"], headers: headers).status == 201)
    }

    @Test func aRefusalIsNotKept() async throws {
        let world = try await APIWorld()
        let headers: HTTPFields = [.idempotencyKey: "k"]
        let body: JSONValue = ["subject": "ada", "teams": ["payments"]]
        #expect(await world.post("/v1/tokens", body, headers: headers).status == 422)
        #expect(try await world.store.read { try $0.reply(forKey: "k", subject: "root") } == nil)
        try await world.make("/v1/teams", ["name": "payments"])
        #expect(await world.post("/v1/tokens", body, headers: headers).status == 201)
    }

    @Test func aKeyIsForgottenAfterADay() async throws {
        let world = try await APIWorld()
        let headers: HTTPFields = [.idempotencyKey: "k"]
        try await world.make("/v1/teams", ["name": "one"], headers: headers)
        world.clock.advance(.seconds(86_399))
        #expect(await world.post("/v1/teams", ["name": "one"], headers: headers).status == 201)
        world.clock.advance(.seconds(1))
        #expect(await world.post("/v1/teams", ["name": "one"], headers: headers).code == "conflict")
        #expect(await world.post("/v1/teams", ["name": "two"], headers: headers).status == 201)
    }

    @Test func actionsAreDoneOnceToo() async throws {
        let scene = try await Scene.make()
        let path = "/v1/endpoint-requests/\(scene.pending)/approvals"
        let headers: HTTPFields = [.idempotencyKey: "decide-1"]
        let decision: JSONValue = ["verdict": "approve", "reason": "Fine."]
        let first = try await scene.world.make(path, as: .owner, decision, headers: headers)
        let again = await scene.world.post(path, as: .owner, decision, headers: headers)
        #expect(again.json == first.json)
        #expect(again.headers[.link] == first.headers[.link])
        let released = "/v1/endpoints/\(scene.endpoint)/release"
        try await scene.world.make(released, as: .consumer, headers: [.idempotencyKey: "release"])
        let repeated = await scene.world.post(released, as: .consumer, headers: [.idempotencyKey: "release"])
        #expect(repeated.status == 202)
        #expect(repeated.headers[.replayed] == "true")
    }

    @Test(arguments: ["", " ", "a b", "ü", String(repeating: "k", count: 256), "tab\there"])
    func aMalformedKeyIsRefused(key: String) async throws {
        let world = try await APIWorld()
        let answer = await world.post("/v1/teams", ["name": "one"], headers: [.idempotencyKey: key])
        #expect(answer.status == 400)
        #expect(answer.code == "bad_request")
        #expect(answer.faults == ["Idempotency-Key"])
        #expect(await world.get("/v1/teams").names == [])
    }

    @Test func atOnceTheSameKeyMakesOneThing() async throws {
        let world = try await APIWorld()
        let answers = await withTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await world.post("/v1/tokens", ["subject": "ada"], headers: [.idempotencyKey: "k"])
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 201 })
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(answers.filter { $0["secret"] != JSONValue.null }.count == 1, "one caller got the secret")
    }
}
