import HTTPTypes
import Testing

@testable import HTTPAPI

struct PlacesTests {
    private func world() async throws -> APIWorld {
        let world = try await APIWorld()
        try await world.make("/v1/teams", ["name": "payments"])
        try await world.make("/v1/teams", ["name": "orders"])
        try await world.admit(.consumer, subject: "ada@payments", teams: ["payments"])
        return world
    }

    private let registration: JSONValue = [
        "name": "payments-aws", "team": "payments", "provider": "aws", "native_id": "111122223333",
        "access": ["identity": "arn:aws:iam::111122223333:role/postern", "regions": ["eu-west-1"]],
    ]

    @Test func anAccountIsRegisteredChangedAndRefreshed() async throws {
        let world = try await world()
        let made = try await world.make("/v1/cloud-accounts", registration)
        #expect(made.headers[.location] == "/v1/cloud-accounts/\(made.id)")
        #expect(made["access"]?["external_id"] == JSONValue.null)
        #expect(made["access"]?["regions"] == ["eu-west-1"])
        #expect(made["last_error"] == JSONValue.null)
        let moved = await world.patch("/v1/cloud-accounts/payments-aws", ["team": "orders", "access": [:]])
        #expect(moved.status == 200)
        #expect(moved["access"] == ["identity": nil, "external_id": nil, "regions": []])
        let orders = await world.get("/v1/teams/orders")
        #expect(moved["team_id"] == orders["id"])
        let refreshed = await world.post("/v1/cloud-accounts/\(made.id)/refresh")
        #expect(refreshed.status == 202)
        #expect(refreshed["revision"] == moved["revision"])
        #expect(await world.post("/v1/cloud-accounts/\(made.id)/refresh", ["now": true]).faults == ["/now"])
    }

    @Test func whatIsWrongWithAnAccountIsToldAtOnce() async throws {
        let world = try await world()
        let answer = await world.post(
            "/v1/cloud-accounts",
            registration.with("name", nil).with("provider", "azure").with("team", nil)
                .with("access", ["external_id": "x", "regions": ["EU"], "secret": "s"]))
        #expect(
            answer.faults == [
                "/access/external_id", "/access/regions/0", "/access/secret", "/name", "/provider", "/team",
            ])
        let impossible = await world.post("/v1/cloud-accounts", registration.with("native_id", "1"))
        #expect(impossible.code == "unprocessable")
        #expect(impossible.faults == ["/native_id"])
    }

    @Test func accountsAreListedByTeamAndProvider() async throws {
        let world = try await world()
        try await world.make("/v1/cloud-accounts", registration)
        try await world.make(
            "/v1/cloud-accounts",
            ["name": "orders-gcp", "team": "orders", "provider": "gcp", "native_id": "orders-prod"])
        #expect(await world.get("/v1/cloud-accounts").names == ["orders-gcp", "payments-aws"])
        #expect(await world.get("/v1/cloud-accounts?team=orders").names == ["orders-gcp"])
        #expect(await world.get("/v1/cloud-accounts?provider=aws&team=payments").names == ["payments-aws"])
        #expect(await world.get("/v1/cloud-accounts?team=nobody").names == [])
        #expect(await world.get("/v1/cloud-accounts", as: .consumer).names == ["payments-aws"])
        #expect(await world.get("/v1/cloud-accounts?team=orders", as: .consumer).names == [])
    }

    @Test func aNetworkIsDeclaredAndRemoved() async throws {
        let scene = try await Scene.make()
        let made = try await scene.world.make("/v1/networks", as: .consumer, Scene.declaration("new-vpc"))
        #expect(made["source"] == "declared")
        #expect(made["cidrs"] == ["10.0.0.0/16"])
        #expect(made["subnets"]?.elements?.first?["zone"] == JSONValue.null)
        let removed = await scene.world.send(.delete, "/v1/networks/\(made.id)", as: .consumer)
        #expect(removed.status == 204)
        #expect(removed.bytes.isEmpty)
        #expect(await scene.world.get("/v1/networks/\(made.id)").status == 404)
        let used = await scene.world.send(.delete, "/v1/networks/\(scene.network)", as: .consumer)
        #expect(used.code == "conflict")
    }

    @Test func whatIsWrongWithANetworkIsToldAtOnce() async throws {
        let scene = try await Scene.make()
        let answer = await scene.world.post(
            "/v1/networks", as: .consumer,
            [
                "account": "payments-gcp", "name": "n", "native_id": "with space", "cidrs": ["10.0.0.1/16", "x"],
                "subnets": [["name": "a", "native_id": "a", "region": "x", "cidr": "10.0.0.0/33", "free": 1]],
            ])
        #expect(
            answer.faults == [
                "/cidrs/0", "/cidrs/1", "/native_id", "/subnets/0/cidr", "/subnets/0/free", "/subnets/0/region",
            ])
    }

    @Test func networksAreListedByAccount() async throws {
        let scene = try await Scene.make()
        #expect(await scene.world.get("/v1/networks?account=payments-gcp").names == ["spare-vpc", "payments-vpc"])
        #expect(await scene.world.get("/v1/networks?account=orders-gcp").names == [])
        #expect(await scene.world.get("/v1/networks", as: .outsider).names == [])
    }
}
