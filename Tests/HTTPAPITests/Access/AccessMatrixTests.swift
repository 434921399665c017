import Connectivity
import HTTPTypes
import Testing

@testable import HTTPAPI

/// Every operation by everybody: an operation that is missing here fails.
struct AccessMatrixTests {
    /// Who gets which status. Nobody, an expired and a revoked token get 401 everywhere, unless the row is open.
    struct Row: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let body: JSONValue?
        let expected: Expected
        let isOpen: Bool

        init(
            _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, _ expected: Expected,
            isOpen: Bool = false
        ) {
            self.method = method
            self.path = path
            self.body = body
            self.expected = expected
            self.isOpen = isOpen
        }
    }

    struct Expected: Sendable {
        let outsider, consumer, owner, auditor, admin: Int

        init(_ outsider: Int, _ consumer: Int, _ owner: Int, _ auditor: Int, _ admin: Int) {
            self.outsider = outsider
            self.consumer = consumer
            self.owner = owner
            self.auditor = auditor
            self.admin = admin
        }

        static let everybody = Expected(200, 200, 200, 200, 200)
    }

    static func rows(_ scene: Scene) -> [Row] {
        directory(scene) + places(scene) + services + requests(scene) + endpoints(scene) + operations
    }

    private static func directory(_ scene: Scene) -> [Row] {
        let token = "/v1/tokens/\(scene.consumerToken)"
        return [
            Row(.get, "/v1/whoami", .everybody),
            Row(.get, "/v1/teams", .everybody),
            Row(.post, "/v1/teams", ["name": "new-team"], .init(403, 403, 403, 403, 201)),
            Row(.get, "/v1/teams/orders", .everybody),
            Row(.patch, "/v1/teams/orders", ["contact": "#o"], .init(403, 403, 403, 403, 200)),
            Row(.get, "/v1/tokens", .everybody),
            Row(.post, "/v1/tokens", ["subject": "new"], .init(403, 403, 403, 403, 201)),
            Row(.get, token, .init(404, 200, 404, 200, 200)),
            Row(.delete, token, .init(404, 200, 404, 403, 200)),
            Row(.get, "/v1/events", .everybody),
            Row(.get, "/v1/events/head", .everybody),
        ]
    }

    private static func places(_ scene: Scene) -> [Row] {
        let account = "/v1/cloud-accounts/payments-gcp"
        let unused = "/v1/networks/\(scene.unusedNetwork)"
        let registration: JSONValue = [
            "name": "new-account", "team": "payments", "provider": "aws", "native_id": "111122223333",
        ]
        return [
            Row(.get, "/v1/cloud-accounts", .everybody),
            Row(.post, "/v1/cloud-accounts", registration, .init(403, 403, 403, 403, 201)),
            Row(.get, account, .init(404, 200, 404, 200, 200)),
            Row(.patch, account, ["description": "d"], .init(404, 403, 404, 403, 200)),
            Row(.post, "\(account)/refresh", .init(404, 202, 404, 403, 202)),
            Row(.get, "/v1/networks", .everybody),
            Row(.post, "/v1/networks", Scene.declaration("new-vpc"), .init(422, 201, 422, 403, 201)),
            Row(.get, unused, .init(404, 200, 404, 200, 200)),
            Row(.delete, unused, .init(404, 204, 404, 403, 204)),
        ]
    }

    private static let services: [Row] = [
        Row(.get, "/v1/services", .everybody),
        Row(.post, "/v1/services", Scene.publication("new-api"), .init(403, 403, 201, 403, 201)),
        Row(.get, "/v1/services/orders-api", .everybody),
        Row(.get, "/v1/services/secret-api", .init(404, 404, 200, 200, 200)),
        Row(.patch, "/v1/services/orders-api", ["description": "d"], .init(403, 403, 200, 403, 200)),
        Row(.patch, "/v1/services/secret-api", ["description": "d"], .init(404, 404, 200, 403, 200)),
        Row(.post, "/v1/services/orders-api/withdraw", .init(403, 403, 202, 403, 202)),
        Row(.post, "/v1/services/secret-api/withdraw", .init(404, 404, 202, 403, 202)),
        Row(.get, "/v1/services/orders-api/connections", .init(403, 403, 200, 200, 200)),
        Row(.get, "/v1/services/secret-api/connections", .init(404, 404, 200, 200, 200)),
    ]

    private static func requests(_ scene: Scene) -> [Row] {
        let pending = "/v1/endpoint-requests/\(scene.pending)"
        let secret = "/v1/endpoint-requests/\(scene.secretPending)"
        let approve: JSONValue = ["verdict": "approve", "reason": "Fine."]
        return [
            Row(.get, "/v1/endpoint-requests", .everybody),
            Row(.get, "/v1/endpoint-requests?awaiting=me", .everybody),
            Row(.post, "/v1/endpoint-requests", scene.filing("batch-e"), .init(422, 201, 422, 403, 201)),
            Row(.get, pending, .init(404, 200, 200, 200, 200)),
            Row(.get, "\(pending)/approvals", .init(404, 200, 200, 200, 200)),
            // Who sees the service knows of its requests' existence by that; who does not, does not.
            Row(.post, "\(pending)/approvals", approve, .init(403, 403, 201, 403, 201)),
            Row(.post, "\(secret)/approvals", approve, .init(404, 403, 201, 403, 201)),
            Row(.post, "\(pending)/withdraw", .init(404, 200, 403, 403, 200)),
            Row(.get, "/v1/approvals", .everybody),
            Row(.get, "/v1/approvals/\(scene.approval)", .init(404, 200, 200, 200, 200)),
        ]
    }

    private static func endpoints(_ scene: Scene) -> [Row] {
        let endpoint = "/v1/endpoints/\(scene.endpoint)"
        let named: JSONValue = ["native_id": "projects/payments-prod/regions/europe-west1/forwardingRules/mine"]
        return [
            Row(.get, "/v1/endpoints", .everybody),
            Row(.get, endpoint, .init(404, 200, 200, 200, 200)),
            Row(.post, "\(endpoint)/revoke", ["reason": "Over."], .init(404, 403, 202, 403, 202)),
            Row(.post, "\(endpoint)/release", .init(404, 202, 403, 403, 202)),
            Row(
                .post, "/v1/endpoints/\(scene.selfManagedEndpoint)/identify", named, .init(404, 200, 403, 403, 200)),
            Row(.post, "/v1/endpoints/\(scene.failedEndpoint)/retry", .init(404, 202, 202, 403, 202)),
        ]
    }

    private static let operations: [Row] = [
        Row(.get, "/livez", .everybody, isOpen: true),
        Row(.get, "/readyz", .everybody, isOpen: true),
        Row(.get, "/openapi.json", .everybody, isOpen: true),
        Row(.get, "/openapi.yaml", .everybody, isOpen: true),
        Row(.get, "/dev/fake/inventory", .init(403, 403, 403, 403, 200)),
        Row(
            .post, "/dev/fake/endpoints", ["account": "a", "subnet": "s", "service": "n"],
            .init(403, 403, 403, 403, 201)),
        Row(.post, "/dev/fake/endpoints/delete", ["native_id": "n"], .init(403, 403, 403, 403, 204)),
        Row(
            .post, "/dev/fake/connections", ["service": "s", "endpoint": "e", "accepted": true],
            .init(403, 403, 403, 403, 204)),
        Row(
            .post, "/dev/fake/admissions/remove", ["service": "s", "account": "a"], .init(403, 403, 403, 403, 204)),
        Row(.post, "/dev/fake/faults", ["kind": "slow"], .init(403, 403, 403, 403, 204)),
        Row(.delete, "/dev/fake/faults", .init(403, 403, 403, 403, 204)),
    ]

    @Test func everyOperationIsInTheMatrix() async throws {
        let scene = try await Scene.make()
        let table = RouteTable(scene.world.api.routes)
        let covered = Set(
            Self.rows(scene).compactMap { row -> String? in
                let path = row.path.split(separator: "?")[0]
                guard case .found(let route, _) = table.find(row.method, path) else { return nil }
                return "\(route.method) \(route.path)"
            })
        let all = Set(scene.world.api.routes.map { "\($0.method) \($0.path)" })
        #expect(all.subtracting(covered) == [])
        #expect(all.count == scene.world.api.routes.count)
    }

    @Test(arguments: [Persona.outsider, .consumer, .owner, .auditor, .admin])
    func everybodyGetsWhatIsTheirs(persona: Persona) async throws {
        for index in Self.rows(try await Scene.make()).indices {
            // A fresh world for each: most operations change it.
            let scene = try await Scene.make()
            let row = Self.rows(scene)[index]
            let answer = await scene.world.send(row.method, row.path, as: persona, row.body)
            #expect(answer.status == row.expected.status(of: persona), "\(row.method) \(row.path): \(answer.text)")
        }
    }

    @Test(arguments: [nil, Persona.expired, .revoked])
    func nobodyGetsInWithoutAGoodToken(persona: Persona?) async throws {
        let scene = try await Scene.make()
        for row in Self.rows(scene) {
            let answer = await scene.world.send(row.method, row.path, as: persona, row.body)
            #expect(answer.status == (row.isOpen ? 200 : 401), "\(row.method) \(row.path)")
            let challenge = answer.headers[.wwwAuthenticate]
            #expect(row.isOpen == (challenge == nil))
            if !row.isOpen { #expect(challenge?.hasPrefix("Bearer realm=\"postern\"") == true) }
        }
    }
}

extension AccessMatrixTests.Row {
    init(
        _ method: HTTPRequest.Method, _ path: String, _ expected: AccessMatrixTests.Expected, isOpen: Bool = false
    ) {
        self.init(method, path, nil, expected, isOpen: isOpen)
    }
}

extension AccessMatrixTests.Expected {
    fileprivate func status(of persona: Persona) -> Int? {
        switch persona {
        case .outsider: outsider
        case .consumer: consumer
        case .owner: owner
        case .auditor: auditor
        case .admin: admin
        case .secondOwner, .expired, .revoked: nil
        }
    }
}
