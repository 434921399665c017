import HTTPTypes
import Testing

@testable import HTTPAPI

struct RequestsTests {
    @Test func aRequestIsFiledApprovedAndHasAnEndpoint() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        let filed = try await world.make(
            "/v1/endpoint-requests", as: .consumer,
            scene.filing("batch-e").with("lifetime_seconds", 3600).with("requested_address", "10.0.5.7"))
        #expect(filed.headers[.location] == "/v1/endpoint-requests/\(filed.id)")
        #expect(filed["state"] == "pending")
        #expect(filed["subnet"] == "subnetworks/payments-vpc-e")
        #expect(filed["lifetime_seconds"] == 3600)
        #expect(filed["until"] == JSONValue.null)
        #expect(filed["requested_address"] == "10.0.5.7")
        #expect(filed["requested_by"] == "ada@payments")
        #expect(filed["findings"]?.elements?.first?["code"] == "CIDR_UNKNOWN")
        #expect(filed["waiting_on"]?["role"] == "owner")
        #expect(filed["waiting_on"]?["since"] == filed["created_at"])

        let path = "/v1/endpoint-requests/\(filed.id)"
        let approval = try await world.make(
            "\(path)/approvals", as: .owner, ["verdict": "approve", "reason": "Agreed."])
        #expect(approval.status == 201)
        #expect(approval.headers[.location] == "/v1/approvals/\(approval.id)")
        #expect(approval.headers[.link] == "<\(path)>; rel=\"up\"")
        #expect(approval["decided_by"] == "bob@orders")
        let approved = await world.get(path, as: .consumer)
        #expect(approved["state"] == "approved")
        #expect(approved["waiting_on"] == JSONValue.null)
        let endpoint = try #require(approved["endpoint_id"]?.string)
        let shown = await world.get("/v1/endpoints/\(endpoint)", as: .consumer)
        #expect(shown["phase"] == "admitting")
        #expect(shown["request_id"]?.string == filed.id)
        let late = await world.post("\(path)/approvals", as: .owner, ["verdict": "reject", "reason": "No."])
        #expect(late.code == "already_resolved")
        #expect(await world.get("\(path)/approvals", as: .consumer).data == [approval.json])
        #expect(await world.get("/v1/approvals/\(approval.id)", as: .consumer).json == approval.json)
    }

    @Test func whatIsWrongWithAFilingIsToldAtOnce() async throws {
        let scene = try await Scene.make()
        let answer = await scene.world.post(
            "/v1/endpoint-requests", as: .consumer,
            [
                "service": "no_such", "network_id": "payments-vpc", "mode": "magic", "reason": " starts with space",
                "requested_address": "10.0.0.999", "lifetime_seconds": 0, "until": "2026-13-01T00:00:00Z",
                "options": [
                    "security_groups": ["group"], "private_dns": 1, "ip_address_type": "ipv5", "colour": "red",
                ], "ticket": "two\nlines",
            ])
        #expect(
            answer.faults == [
                "/lifetime_seconds", "/mode", "/network_id", "/options/colour", "/options/ip_address_type",
                "/options/private_dns", "/options/security_groups/0", "/reason", "/requested_address", "/service",
                "/subnet", "/ticket", "/until",
            ])
    }

    @Test func whatIsImpossibleIsToldAtOnce() async throws {
        let scene = try await Scene.make()
        let answer = await scene.world.post(
            "/v1/endpoint-requests", as: .consumer,
            scene.filing("batch-e").with("reason", "short").with("requested_address", "10.9.9.9")
                .with("options", ["private_dns": true, "ip_address_type": "dualstack"]))
        #expect(answer.status == 422)
        #expect(answer.faults == ["/options/ip_address_type", "/options/private_dns", "/reason", "/requested_address"])
        let twoLives = scene.filing("batch-e").with("lifetime_seconds", 60).with("until", "2030-01-01T00:00:00Z")
        let lives = await scene.world.post("/v1/endpoint-requests", as: .consumer, twoLives)
        #expect(lives.status == 422)
        #expect(lives.faults == ["/until"])
        let nowhere = await scene.world.post(
            "/v1/endpoint-requests", as: .consumer, scene.filing("batch-e", service: "secret-api"))
        #expect(nowhere.faults == ["/service"], "what one may not see does not exist")
    }

    @Test func theIPAddressTypeIsTakenAndShown() async throws {
        let world = try await APIWorld()
        for team in ["orders", "payments"] {
            let native = team == "orders" ? "111122223333" : "444455556666"
            try await world.make("/v1/teams", ["name": .string(team)])
            try await world.make(
                "/v1/cloud-accounts",
                [
                    "name": .string("\(team)-aws"), "team": .string(team), "provider": "aws",
                    "native_id": .string(native),
                ])
        }
        try await world.make(
            "/v1/services",
            [
                "name": "orders-api", "team": "orders", "account": "orders-aws", "region": "eu-west-1",
                "adopt": ["native_id": "vpce-svc-0123456789abcdef0"],
            ])
        let network = try await world.make(
            "/v1/networks",
            [
                "account": "payments-aws", "name": "apps", "native_id": "vpc-0123456789abcdef0",
                "cidrs": ["10.0.0.0/16"],
                "subnets": [
                    [
                        "name": "apps-a", "native_id": "subnet-0123456789abcdef0", "region": "eu-west-1",
                        "zone": "euw1-az1", "cidr": "10.0.1.0/24",
                    ]
                ],
            ]
        ).id
        let filing = Filer(world: world, network: network).filing("orders-api", "apps-a")
        let impossible = await world.post(
            "/v1/endpoint-requests",
            filing.with("options", ["ip_address_type": "ipv6"]).with("requested_address", "10.0.1.7"))
        #expect(impossible.status == 422)
        #expect(impossible.faults == ["/requested_address"])
        let filed = try await world.make(
            "/v1/endpoint-requests", filing.with("options", ["ip_address_type": "dualstack"]))
        #expect(filed["options"]?["ip_address_type"] == "dualstack")
        let shown = await world.get("/v1/endpoint-requests/\(filed.id)")
        #expect(shown["options"]?["ip_address_type"] == "dualstack")
        _ = await world.post("/v1/endpoint-requests/\(filed.id)/withdraw", [:])
        let plain = try await world.make("/v1/endpoint-requests", filing.with("options", ["ip_address_type": nil]))
        #expect(plain["options"]?["ip_address_type"] == JSONValue.null)
    }

    @Test func aDuplicateLeadsToTheFirst() async throws {
        let scene = try await Scene.make()
        let answer = await scene.world.post("/v1/endpoint-requests", as: .consumer, scene.filing("batch-a"))
        #expect(answer.status == 409)
        #expect(answer.code == "duplicate_request")
        let url = "/v1/endpoint-requests/\(scene.pending)"
        #expect(answer["existing"] == ["id": .string(scene.pending), "url": .string(url)])
        #expect(answer.headers[.link] == "<\(url)>; rel=\"related\"")
    }

    @Test func nobodyApprovesTheirOwnRequest() async throws {
        let scene = try await Scene.make()
        try await scene.world.admit(.secondOwner, subject: "ada@payments", teams: ["payments", "orders"])
        let path = "/v1/endpoint-requests/\(scene.pending)/approvals"
        let own = await scene.world.post(path, as: .secondOwner, ["verdict": "approve", "reason": "Mine."])
        #expect(own.status == 403)
        #expect(own.code == "own_request")
    }

    @Test func twoApprovalsByTwoPeople() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        _ = await world.patch("/v1/services/orders-api", as: .owner, ["policy": ["approvals_required": 2]])
        let filed = try await world.make("/v1/endpoint-requests", as: .consumer, scene.filing("batch-e"))
        let path = "/v1/endpoint-requests/\(filed.id)"
        let approve: JSONValue = ["verdict": "approve", "reason": "Fine."]
        #expect(filed["waiting_on"]?["detail"]?.string?.hasPrefix("2 approvals") == true)
        try await world.make("\(path)/approvals", as: .owner, approve)
        let halfway = await world.get(path, as: .owner)
        #expect(halfway["state"] == "pending")
        #expect(halfway["waiting_on"]?["detail"]?.string?.hasPrefix("One approval") == true)
        #expect(halfway.headers[.eTag] == "\"2\"")
        #expect(await world.post("\(path)/approvals", as: .owner, approve).code == "already_decided")
        #expect(!inbox(await world.get("/v1/endpoint-requests?awaiting=me", as: .owner)).contains(filed.id))
        #expect(inbox(await world.get("/v1/endpoint-requests?awaiting=me", as: .secondOwner)).contains(filed.id))
        try await world.make("\(path)/approvals", as: .secondOwner, approve)
        #expect(await world.get(path)["state"] == "approved")
    }

    private func inbox(_ answer: Answer) -> [String] { answer.data.compactMap { $0["id"]?.string } }

    @Test func theInboxHoldsWhatOneMayDecide() async throws {
        let scene = try await Scene.make()
        let waiting = [scene.secretPending, scene.pending]
        #expect(inbox(await scene.world.get("/v1/endpoint-requests?awaiting=me", as: .owner)) == waiting)
        #expect(inbox(await scene.world.get("/v1/endpoint-requests?awaiting=me", as: .admin)) == waiting)
        #expect(inbox(await scene.world.get("/v1/endpoint-requests?awaiting=me", as: .consumer)) == [])
        #expect(inbox(await scene.world.get("/v1/endpoint-requests?awaiting=me", as: .auditor)) == [])
        #expect(await scene.world.get("/v1/endpoint-requests?awaiting=you").faults == ["awaiting"])
    }

    @Test func requestsAreFiltered() async throws {
        let scene = try await Scene.make()
        func count(_ query: String, _ persona: Persona = .admin) async -> Int {
            await scene.world.get("/v1/endpoint-requests?\(query)", as: persona).data.count
        }
        #expect(await count("") == 5)
        #expect(await count("state=pending") == 2)
        #expect(await count("state=approved&service=orders-api") == 3)
        #expect(await count("service=\(scene.service)") == 4)
        #expect(await count("team=payments&account=payments-gcp") == 5)
        #expect(await count("team=marketing") == 0)
        #expect(await count("service=nothing-like-it") == 0)
        #expect(await count("", .outsider) == 0)
        #expect(await count("", .consumer) == 5)
    }

    @Test func aRequestIsWithdrawn() async throws {
        let scene = try await Scene.make()
        let path = "/v1/endpoint-requests/\(scene.pending)/withdraw"
        let withdrawn = await scene.world.post(path, as: .consumer, ["reason": "Not needed."])
        #expect(withdrawn.status == 200)
        #expect(withdrawn["state"] == "withdrawn")
        #expect(await scene.world.post(path, as: .consumer).code == "already_resolved")
        #expect(await scene.world.post(path, as: .consumer, ["reason": nil]).code == "already_resolved")
        #expect(await scene.world.post(path, as: .consumer, ["reason": ""]).faults == ["/reason"])
    }

    @Test func whatWasDecidedIsListed() async throws {
        let scene = try await Scene.make()
        try await scene.world.make(
            "/v1/endpoint-requests/\(scene.pending)/approvals", as: .owner, ["verdict": "reject", "reason": "No."])
        #expect(await scene.world.get("/v1/approvals").data.count == 4)
        let rejected = await scene.world.get("/v1/approvals?verdict=reject&service=orders-api&team=payments")
        #expect(rejected.data.map { $0["request_id"]?.string } == [scene.pending])
        #expect(await scene.world.get("/v1/approvals", as: .outsider).data == [])
    }

    @Test func aPolicyDecidesAtOnce() async throws {
        let scene = try await Scene.make()
        _ = await scene.world.patch(
            "/v1/services/orders-api", as: .owner, ["policy": ["accept_list": ["accounts": ["payments-gcp"]]]])
        let filed = try await scene.world.make("/v1/endpoint-requests", as: .consumer, scene.filing("batch-e"))
        #expect(filed["state"] == "approved")
        #expect(filed["endpoint_id"] != JSONValue.null)
    }
}
