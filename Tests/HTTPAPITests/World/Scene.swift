import Connectivity
import ControlPlane
import HTTPTypes
import TestSupport

@testable import HTTPAPI

/// Two teams and what stands between them: *orders* offers, *payments* asks, *marketing* looks on.
struct Scene: Sendable {
    let world: APIWorld
    /// Of payments, with the subnets `batch-a` to `batch-d`.
    let network: String
    /// Of payments; nobody ever asked for anything in it.
    let unusedNetwork: String
    let service: String
    /// The request that waits for its decision, for `batch-a`.
    let pending: String
    /// A pending request for the service that only its own team may see.
    let secretPending: String
    /// An approved request's parts, for `batch-b`.
    let approval: String
    let endpoint: String
    /// For `batch-c`.
    let selfManagedEndpoint: String
    /// For `batch-d`; the cloud refused something.
    let failedEndpoint: String
    let consumerToken: String

    static func make() async throws -> Scene {
        let world = try await APIWorld()
        for team in ["orders", "payments", "marketing"] { try await world.make("/v1/teams", ["name": .string(team)]) }
        try await people(of: world)
        for (name, team, native) in [
            ("orders-gcp", "orders", "orders-prod"), ("payments-gcp", "payments", "payments-prod"),
        ] {
            try await world.make(
                "/v1/cloud-accounts",
                ["name": .string(name), "team": .string(team), "provider": "gcp", "native_id": .string(native)])
        }
        let network = try await world.make("/v1/networks", as: .consumer, declaration("payments-vpc")).id
        let unused = try await world.make("/v1/networks", as: .consumer, declaration("spare-vpc")).id
        let service = try await world.make("/v1/services", as: .owner, publication("orders-api")).id
        try await world.make("/v1/services", as: .owner, publication("secret-api").with("visible_to", ["payments"]))
        let filer = Filer(world: world, network: network)
        let pending = try await filer.file("orders-api", "batch-a")
        let secretPending = try await filer.file("secret-api", "batch-a")
        _ = await world.patch("/v1/services/secret-api", as: .owner, ["visible_to": []])
        let (approval, endpoint) = try await filer.connect("batch-b")
        let (_, selfManaged) = try await filer.connect("batch-c", mode: "self_managed")
        let (_, failed) = try await filer.connect("batch-d")
        try await fail(failed, in: world)
        return Scene(
            world: world, network: network, unusedNetwork: unused, service: service, pending: pending,
            secretPending: secretPending, approval: approval, endpoint: endpoint, selfManagedEndpoint: selfManaged,
            failedEndpoint: failed,
            consumerToken: await world.get("/v1/tokens", as: .consumer).data.first?["id"]?.string ?? "")
    }

    private static func people(of world: APIWorld) async throws {
        try await world.admit(.outsider, subject: "mia@marketing", teams: ["marketing"])
        try await world.admit(.consumer, subject: "ada@payments", teams: ["payments"])
        try await world.admit(.owner, subject: "bob@orders", teams: ["orders"])
        try await world.admit(.secondOwner, subject: "eve@orders", teams: ["orders"])
        try await world.admit(.auditor, subject: "ann@audit", teams: [], roles: [.auditor])
        try await world.admit(
            .expired, subject: "old@orders", teams: ["orders"], roles: [.admin],
            expiresAt: world.clock.now + .seconds(60))
        try await world.admit(.revoked, subject: "gone@orders", teams: ["orders"], roles: [.admin])
        world.clock.advance(.seconds(120))
        let tokens = await world.get("/v1/tokens?limit=200").data
        let revoked = tokens.first { $0["subject"]?.string == "gone@orders" }?["id"]?.string ?? ""
        _ = await world.send(.delete, "/v1/tokens/\(revoked)")
    }

    /// What the reconciler would write down when a cloud refuses.
    private static func fail(_ id: String, in world: APIWorld) async throws {
        let now = world.clock.now
        try await world.store.write { transaction in
            guard let id = ID<Endpoint>(id), var endpoint = try transaction.find(id) else { return }
            endpoint.phase = .failed
            endpoint.lastError = CloudError(kind: .denied, message: "no permission").fault(side: .consumer, at: now)
            endpoint.revision += 1
            try transaction.update(endpoint)
        }
    }

    static func declaration(_ name: String) -> JSONValue {
        [
            "account": "payments-gcp", "name": .string(name), "native_id": .string("networks/\(name)"),
            "cidrs": ["10.0.0.0/16"],
            "subnets": .array(
                ["a", "b", "c", "d", "e"].enumerated().map { index, letter in
                    [
                        "name": .string("batch-\(letter)"), "native_id": .string("subnetworks/\(name)-\(letter)"),
                        "region": "europe-west1", "cidr": .string("10.0.\(index + 1).0/24"),
                    ]
                }),
        ]
    }

    static func publication(_ name: String) -> JSONValue {
        [
            "name": .string(name), "team": "orders", "account": "orders-gcp", "region": "europe-west1",
            "adopt": ["native_id": .string("attachments/\(name)")],
        ]
    }

    func filing(_ subnet: String, service: String = "orders-api") -> JSONValue {
        Filer(world: world, network: network).filing(service, subnet)
    }
}

/// Files requests as the consumer.
struct Filer {
    let world: APIWorld
    let network: String

    func filing(_ service: String, _ subnet: String) -> JSONValue {
        [
            "service": .string(service), "network_id": .string(network), "subnet": .string(subnet),
            "reason": "The nightly batch reads orders.",
        ]
    }

    func file(_ service: String, _ subnet: String, mode: String = "managed") async throws -> String {
        try await world.make(
            "/v1/endpoint-requests", as: .consumer, filing(service, subnet).with("mode", .string(mode))
        ).id
    }

    /// Files and approves.
    func connect(_ subnet: String, mode: String = "managed") async throws -> (approval: String, endpoint: String) {
        let request = try await file("orders-api", subnet, mode: mode)
        let approval = try await world.make(
            "/v1/endpoint-requests/\(request)/approvals", as: .owner, ["verdict": "approve", "reason": "Fine."])
        let endpoint = await world.get("/v1/endpoint-requests/\(request)", as: .owner)["endpoint_id"]?.string ?? ""
        return (approval.id, endpoint)
    }
}
