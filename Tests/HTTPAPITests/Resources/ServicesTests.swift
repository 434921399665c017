import Connectivity
import ControlPlane
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPAPI

struct ServicesTests {
    @Test func aServiceIsPublishedWithDefaults() async throws {
        let scene = try await Scene.make()
        let made = try await scene.world.make("/v1/services", as: .owner, Scene.publication("new-api"))
        #expect(made.headers[.location] == "/v1/services/\(made.id)")
        #expect(made["origin"] == "adopted")
        #expect(made["adopt"] == ["native_id": "attachments/new-api"])
        #expect(made["publish"] == JSONValue.null)
        #expect(made["visible_to"] == "everyone")
        #expect(made["phase"] == "publishing")
        #expect(made["waiting_on"]?["role"] == "postern")
        #expect(
            made["policy"] == [
                "accept_list": ["teams": [], "accounts": []], "deny_list": ["teams": [], "accounts": []],
                "approvals_required": 1, "allow_self_approval": false, "max_lifetime_seconds": nil,
                "request_ttl_seconds": 1_209_600, "min_reason_length": 10, "recreate_deleted_endpoints": true,
            ])
    }

    @Test func posternMakesAServiceFromALoadBalancer() async throws {
        let scene = try await Scene.make()
        let body = Scene.publication("made-api").with("adopt", nil).with(
            "publish", ["load_balancer": "forwardingRules/lb", "nat_subnets": ["subnetworks/nat"]])
        let made = try await scene.world.make("/v1/services", as: .owner, body)
        #expect(made["origin"] == "published")
        #expect(
            made["publish"] == [
                "load_balancer": "forwardingRules/lb", "nat_subnets": ["subnetworks/nat"], "proxy_protocol": false,
                "domain_name": nil, "supported_regions": [],
            ])
    }

    @Test func adoptAndPublishAreOneOrTheOther() async throws {
        let scene = try await Scene.make()
        let both = Scene.publication("x-api").with("publish", ["load_balancer": "lb"])
        #expect(await scene.world.post("/v1/services", as: .owner, both).faults == ["/publish"])
        let neither = Scene.publication("x-api").with("adopt", nil)
        #expect(await scene.world.post("/v1/services", as: .owner, neither).faults == ["/adopt"])
        let null = Scene.publication("x-api").with("adopt", .null)
        #expect(await scene.world.post("/v1/services", as: .owner, null).faults == ["/adopt"])
    }

    @Test func everyFaultOfAPolicyIsToldAtOnce() async throws {
        let scene = try await Scene.make()
        let answer = await scene.world.patch(
            "/v1/services/orders-api", as: .owner,
            [
                "visible_to": ["payments", 7], "documentation_url": "ftp://x",
                "policy": [
                    "approvals_required": 6, "allow_self_approval": "no", "max_lifetime_seconds": 10,
                    "request_ttl_seconds": "long", "min_reason_length": nil,
                    "accept_list": ["teams": "all", "people": []],
                    "unknown": 1,
                ],
            ])
        #expect(
            answer.faults == [
                "/documentation_url", "/policy/accept_list/people", "/policy/accept_list/teams",
                "/policy/allow_self_approval", "/policy/approvals_required", "/policy/max_lifetime_seconds",
                "/policy/min_reason_length", "/policy/request_ttl_seconds", "/policy/unknown", "/visible_to/1",
            ])
    }

    @Test func aChangeLeavesOutWhatStays() async throws {
        let scene = try await Scene.make()
        let limited = await scene.world.patch(
            "/v1/services/orders-api", as: .owner,
            ["policy": ["max_lifetime_seconds": 7200, "accept_list": ["teams": ["payments"]]]])
        #expect(limited["policy"]?["max_lifetime_seconds"] == 7200)
        #expect(limited["policy"]?["accept_list"]?["teams"]?.elements?.count == 1)
        let unlimited = await scene.world.patch(
            "/v1/services/orders-api", as: .owner, ["policy": ["max_lifetime_seconds": nil]])
        #expect(unlimited["policy"]?["max_lifetime_seconds"] == JSONValue.null)
        #expect(unlimited["policy"]?["accept_list"] == limited["policy"]?["accept_list"])
        #expect(unlimited["visible_to"] == "everyone")
    }

    @Test func othersSeeThePublicPart() async throws {
        let scene = try await Scene.make()
        let seen = await scene.world.get("/v1/services/orders-api", as: .consumer)
        for owners in ["adopt", "publish", "visible_to", "warnings", "last_error"] {
            #expect(seen[owners] == JSONValue.null, "\(owners)")
        }
        #expect(seen["policy"]?["accept_list"] == JSONValue.null)
        #expect(seen["policy"]?["deny_list"] == JSONValue.null)
        #expect(seen["policy"]?["approvals_required"] == 1)
        #expect(await scene.world.get("/v1/services/orders-api", as: .auditor)["visible_to"] == "everyone")
    }

    @Test func theCatalogueShowsWhatOneMaySee() async throws {
        let scene = try await Scene.make()
        #expect(await scene.world.get("/v1/services", as: .outsider).names == ["orders-api"])
        #expect(await scene.world.get("/v1/services", as: .owner).names == ["secret-api", "orders-api"])
        #expect(await scene.world.get("/v1/services?phase=retired", as: .owner).names == [])
        #expect(await scene.world.get("/v1/services?provider=gcp&team=orders&phase=publishing").names.count == 2)
    }

    @Test func aWithdrawalClosesEverything() async throws {
        let scene = try await Scene.make()
        let withdrawn = await scene.world.post(
            "/v1/services/orders-api/withdraw", as: .owner, ["reason": "Replaced by events."])
        #expect(withdrawn.status == 202)
        #expect(withdrawn["phase"] == "retiring")
        #expect(await scene.world.get("/v1/endpoint-requests/\(scene.pending)")["state"] == "rejected")
        #expect(await scene.world.get("/v1/endpoints/\(scene.endpoint)")["closing"]?["kind"] == "withdrawn")
        #expect(await scene.world.post("/v1/services/orders-api/withdraw", as: .owner).status == 202)
        let changed = await scene.world.patch("/v1/services/orders-api", as: .owner, ["description": "x"])
        #expect(changed.code == "not_possible_now")
    }

    @Test func connectionsAreListedInTheOrderOfTheirNames() async throws {
        let scene = try await Scene.make()
        let (id, now) = (try #require(ID<PublishedService>(scene.service)), scene.world.clock.now)
        let endpoint = ID<Endpoint>(scene.endpoint)
        try await scene.world.store.write { transaction in
            try transaction.replaceConnections(
                of: id,
                with: ["vpce-3", "vpce-1", "vpce-2"].map { name in
                    ConnectionSighting(
                        connection: Connection(
                            nativeID: name, accountNativeID: "payments-prod", networkNativeID: nil, status: .pending,
                            nativeStatus: "PENDING", isServing: false),
                        endpointID: name == "vpce-2" ? endpoint : nil, firstSeenAt: now, lastSeenAt: now)
                })
        }
        let path = "/v1/services/orders-api/connections"
        let first = await scene.world.get("\(path)?limit=2", as: .owner)
        #expect(first.data.map { $0["native_id"] } == ["vpce-1", "vpce-2"])
        let cursor = try #require(first["next_cursor"]?.string)
        let second = await scene.world.get("\(path)?limit=2&cursor=\(cursor)", as: .owner)
        #expect(second.data.map { $0["native_id"] } == ["vpce-3"])
        #expect(second["next_cursor"] == JSONValue.null)
        let requested = await scene.world.get("\(path)?requested=true", as: .owner)
        #expect(requested.data.map { $0["endpoint_id"]?.string } == [scene.endpoint])
        #expect(await scene.world.get("\(path)?requested=false", as: .owner).data.count == 2)
        #expect(await scene.world.get("\(path)?requested=maybe", as: .owner).faults == ["requested"])
    }
}
