import Connectivity
import ControlPlane
import HTTPTypes
import Testing

@testable import HTTPAPI

struct OperationsTests {
    @Test func theServerLives() async throws {
        let world = try await APIWorld()
        #expect(await world.get("/livez", as: nil).json == ["status": "alive"])
        #expect(await world.get("/livez?x=1", as: nil).faults == ["x"])
    }

    @Test func readinessNamesEveryCheck() async throws {
        let ready = try await APIWorld(readiness: [.init("store") { nil }, .init("reconciler") { nil }])
        let good = await ready.get("/readyz", as: nil)
        #expect(good.status == 200)
        #expect(
            good.json == [
                "status": "ready",
                "checks": [
                    ["name": "store", "status": "ok", "detail": nil],
                    ["name": "reconciler", "status": "ok", "detail": nil],
                ],
            ])
        let stuck = try await APIWorld(
            readiness: [.init("store") { nil }, .init("reconciler") { "It has not looked for 90 seconds." }])
        let bad = await stuck.get("/readyz", as: nil)
        #expect(bad.status == 503)
        #expect(bad.code == "unavailable")
        #expect(
            bad["checks"] == [
                ["name": "store", "status": "ok", "detail": nil],
                ["name": "reconciler", "status": "failing", "detail": "It has not looked for 90 seconds."],
            ])
    }

    @Test func aWarningIsToldByAServerThatIsReady() async throws {
        let world = try await APIWorld(
            readiness: [.init("store") { nil }, .init("event_log", isEssential: false) { "It is broken." }])
        let ready = await world.get("/readyz", as: nil)
        #expect(ready.status == 200)
        #expect(
            ready["checks"] == [
                ["name": "store", "status": "ok", "detail": nil],
                ["name": "event_log", "status": "warning", "detail": "It is broken."],
            ])
    }

    @Test func theHeadTellsWhetherTheLogHolds() async throws {
        let running = await (try APIWorld()).get("/v1/events/head")
        #expect(
            running["verification"]
                == ["state": "running", "through_sequence": 0, "checked_at": nil, "first_bad": nil])
        let broken = try await APIWorld(
            verification: LogVerification(
                state: .broken, throughSequence: 20, checkedAt: Timestamp(milliseconds: 1),
                fault: .broken(.altered(sequence: 21))))
        #expect(
            await broken.get("/v1/events/head")["verification"] == [
                "state": "broken", "through_sequence": 20, "checked_at": "1970-01-01T00:00:00.001Z",
                "first_bad": ["sequence": 21, "problem": "event 21 was changed after it was written"],
            ])
    }

    @Test func aRealServerHasNoFakeCloud() async throws {
        let real = try await APIWorld(isDevelopment: false)
        #expect(real.api.routes.filter { $0.path.hasPrefix("/dev") }.isEmpty)
        #expect(await real.get("/dev/fake/inventory").status == 404)
    }

    @Test func theFakeCloudIsHandled() async throws {
        let world = try await APIWorld()
        let inventory = await world.get("/dev/fake/inventory")
        let service = inventory["services"]?.elements?.first
        #expect(service?["admitted"] == ["batch-prod": nil, "payments-prod": 2])
        #expect(service?["connections"]?.elements?.first?["serving"] == false)
        let made = await world.post("/dev/fake/endpoints", ["account": "a", "subnet": "s", "service": "n"])
        #expect(made.json == ["native_id": "vpce-by-hand"])
        _ = await world.post("/dev/fake/endpoints/delete", ["native_id": "vpce-by-hand"])
        _ = await world.post("/dev/fake/connections", ["service": "s", "endpoint": "e", "accepted": false])
        _ = await world.post("/dev/fake/admissions/remove", ["service": "s", "account": "a"])
        _ = await world.post("/dev/fake/faults", ["kind": "reply_lost", "operation": "create_endpoint", "count": 3])
        _ = await world.post("/dev/fake/faults", ["kind": "slow", "operation": nil])
        _ = await world.send(.delete, "/dev/fake/faults")
        #expect(
            world.cloud.deeds == [
                "create a s n", "delete vpce-by-hand", "decide s e false", "expel s a",
                "script reply_lost create_endpoint 3", "script slow any 1", "clear",
            ])
        let gone = await world.post("/dev/fake/endpoints/delete", ["native_id": "nowhere"])
        #expect(gone.code == "unprocessable")
        #expect(await world.post("/dev/fake/faults", ["kind": "x", "count": 0]).faults == ["/count", "/kind"])
    }
}
