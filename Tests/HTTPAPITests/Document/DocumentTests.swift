import APIDocument
import HTTPTypes
import Testing
import Yams

@testable import HTTPAPI

/// The document and the routes say the same.
struct DocumentTests {
    private static let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private func document() throws -> JSONValue {
        try YAMLDocument(text: String(decoding: APIDocument.yaml, as: UTF8.self)).json
    }

    @Test func everyRouteIsAnOperationAndEveryOperationARoute() async throws {
        let paths = try #require(try document()["paths"])
        let operations = paths.keys.flatMap { path in
            (paths[path]?.keys ?? []).filter(Self.methods.contains).map { "\($0.uppercased()) \(path)" }
        }
        let world = try await APIWorld()
        let routes = world.api.routes.map { "\($0.method) \($0.path)" }
        #expect(Set(operations) == Set(routes))
        #expect(operations.count == routes.count)
    }

    @Test func pathsWithoutATokenAreTheOpenRoutes() async throws {
        let paths = try #require(try document()["paths"])
        let open = paths.keys.filter { paths[$0]?["get"]?["security"] == .array([]) }
        let world = try await APIWorld()
        #expect(Set(open) == Set(world.api.routes.filter { $0.access == .open }.map(\.path)))
    }

    @Test func everyProblemCodeIsDocumented() throws {
        let schemas = try #require(try document()["components"]?["schemas"])
        let codes = schemas["ProblemCode"]?["enum"]?.elements?.compactMap(\.string) ?? []
        #expect(Set(codes) == Set(ProblemCode.allCases.map(\.rawValue)))
    }

    /// Every member that the document has is in the reply, and no other.
    @Test(arguments: [
        ("/v1/whoami", "WhoAmI"), ("/v1/teams/orders", "Team"), ("/v1/cloud-accounts/payments-gcp", "CloudAccount"),
        ("/v1/services/orders-api", "Service"), ("/livez", "Alive"), ("/readyz", "Ready"),
        ("/v1/teams", "TeamList"), ("/dev/fake/inventory", "FakeInventory"),
    ])
    func repliesHaveTheDocumentsMembers(path: String, schema: String) async throws {
        let scene = try await Scene.make()
        try expect(await scene.world.get(path).json, like: schema)
    }

    @Test func repliesByIDHaveTheDocumentsMembers() async throws {
        let scene = try await Scene.make()
        for (path, schema) in [
            ("/v1/tokens/\(scene.consumerToken)", "Token"), ("/v1/networks/\(scene.network)", "Network"),
            ("/v1/endpoint-requests/\(scene.pending)", "EndpointRequest"),
            ("/v1/approvals/\(scene.approval)", "Approval"), ("/v1/endpoints/\(scene.failedEndpoint)", "Endpoint"),
        ] {
            try expect(await scene.world.get(path).json, like: schema)
        }
        try expect(await scene.world.get("/v1/events").data.last, like: "Event")
        try expect(
            await scene.world.post("/v1/tokens", ["subject": "new"]).json, like: "NewToken")
    }

    /// Compares an object with a schema, and its objects with the schemas that those name.
    private func expect(_ value: JSONValue?, like name: String) throws {
        let schema = try #require(try document()["components"]?["schemas"]?[name])
        let value = try #require(value)
        #expect(Set(value.keys) == Set(schema["properties"]?.keys ?? []), "\(name)")
        #expect(Set(schema["required"]?.elements?.compactMap(\.string) ?? []) == Set(value.keys), "\(name)")
    }

    @Test func theDocumentIsServedInBothForms() async throws {
        let world = try await APIWorld()
        let yaml = await world.get("/openapi.yaml", as: nil)
        #expect(yaml.bytes == APIDocument.yaml)
        #expect(yaml.contentType == "application/yaml")
        let json = await world.get("/openapi.json", as: nil)
        #expect(json["openapi"] == "3.1.0")
        #expect(json.json?.keys.first == "openapi")
        #expect(try json.json == document())
        let tag = try #require(json.headers[.eTag])
        #expect(await world.get("/openapi.json", as: nil, headers: [.ifNoneMatch: tag]).status == 304)
    }

    @Test func yamlBecomesTheSameJSON() throws {
        let yaml = """
            z: {a: 1, 'b': "2", c: 1.50, d: yes please}
            a: [true, null, 'true', ~, 08, 1_000, .inf, 1e3]
            t: 2026-11-24
            """
        #expect(
            try YAMLDocument(text: yaml).json == [
                "z": ["a": 1, "b": "2", "c": .number(JSONNumber(grammatical: "1.50")), "d": "yes please"],
                "a": [
                    true, nil, "true", nil, "08", "1_000", ".inf", .number(JSONNumber(grammatical: "1e3")),
                ],
                "t": "2026-11-24",
            ])
    }
}
