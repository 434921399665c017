import HTTPTypes
import Testing

@testable import HTTPAPI

struct EndpointsTests {
    @Test func anEndpointIsRevoked() async throws {
        let scene = try await Scene.make()
        let path = "/v1/endpoints/\(scene.endpoint)/revoke"
        #expect(await scene.world.post(path, as: .owner).faults == [""], "a reason is needed")
        #expect(await scene.world.post(path, as: .owner, [:]).faults == ["/reason"])
        let revoked = await scene.world.post(path, as: .owner, ["reason": "The contract ended."])
        #expect(revoked.status == 202)
        #expect(revoked["desired"] == "absent")
        #expect(revoked["phase"] == "closing")
        #expect(revoked["closing"]?["kind"] == "revoked")
        #expect(revoked["closing"]?["by"] == "bob@orders")
        let again = await scene.world.post(path, as: .owner, ["reason": "Once more."])
        #expect(again.status == 202)
        #expect(again.headers[.eTag] == revoked.headers[.eTag])
    }

    @Test func anEndpointIsReleasedWithAndWithoutAReason() async throws {
        let scene = try await Scene.make()
        let released = await scene.world.post("/v1/endpoints/\(scene.endpoint)/release", as: .consumer)
        #expect(released.status == 202)
        #expect(released["closing"]?["kind"] == "released")
        let other = await scene.world.post(
            "/v1/endpoints/\(scene.failedEndpoint)/release", as: .consumer, ["reason": "We moved."])
        #expect(other["closing"]?["reason"] == "We moved.")
    }

    @Test func aSelfMadeEndpointIsNamed() async throws {
        let scene = try await Scene.make()
        let path = "/v1/endpoints/\(scene.selfManagedEndpoint)/identify"
        let named = await scene.world.post(
            path, as: .consumer,
            [
                "native_id":
                    "https://www.googleapis.com/compute/v1/projects/payments-prod/regions/europe-west1/forwardingRules/mine"
            ])
        #expect(named.status == 200)
        #expect(named["native_id"] == "projects/payments-prod/regions/europe-west1/forwardingRules/mine")
        #expect(await scene.world.post(path, as: .consumer, ["native_id": "two words"]).faults == ["/native_id"])
        let managed = await scene.world.post(
            "/v1/endpoints/\(scene.endpoint)/identify", as: .consumer, ["native_id": "x"])
        #expect(managed.code == "not_possible_now")
    }

    @Test func aFailedEndpointIsTriedAgain() async throws {
        let scene = try await Scene.make()
        let failed = await scene.world.get("/v1/endpoints/\(scene.failedEndpoint)", as: .consumer)
        #expect(failed["last_error"]?["code"] == "denied")
        #expect(failed["last_error"]?["retryable"] == false)
        #expect(failed["waiting_on"]?["role"] == "consumer")
        let retried = await scene.world.post("/v1/endpoints/\(scene.failedEndpoint)/retry", as: .consumer, [:])
        #expect(retried.status == 202)
        let active = await scene.world.post("/v1/endpoints/\(scene.endpoint)/retry", as: .consumer)
        #expect(active.code == "not_possible_now")
    }

    @Test func endpointsAreFiltered() async throws {
        let scene = try await Scene.make()
        func count(_ query: String, _ persona: Persona = .admin) async -> Int {
            await scene.world.get("/v1/endpoints?\(query)", as: persona).data.count
        }
        #expect(await count("") == 3)
        #expect(await count("phase=failed") == 1)
        #expect(await count("service=orders-api&team=orders&account=payments-gcp") == 3)
        #expect(await count("service=secret-api") == 0)
        #expect(await count("", .outsider) == 0)
        #expect(await scene.world.get("/v1/endpoints?phase=lost").faults == ["phase"])
    }
}
