import ControlPlane
import HTTPTypes
import Testing

@testable import HTTPAPI

struct ConditionsTests {
    @Test(
        arguments: [
            ("\"3\"", [3]), ("\"3\", \"4\"", [3, 4]), (" \"3\"\t,\"4\" ", [3, 4]), ("W/\"3\"", []),
            ("\"3\", W/\"4\"", [3]),
            ("3", []), ("\"3", []), ("\"3\"x", []), ("\"03\"", []), ("\"+3\"", []), ("", []), ("\"\"", []),
            ("\"3\" \"4\"", []),
            ("\"x,y\", \"5\"", [5]), ("*, \"3\"", []),
        ] as [(String, Set<Int>)])
    func ifMatchNamesRevisions(field: String, revisions: Set<Int>) {
        #expect(ETag.precondition(ifMatch: field) == .anyOf(revisions))
    }

    @Test func anyRevisionMatchesAStar() {
        #expect(ETag.precondition(ifMatch: " * ") == Precondition.none)
        #expect(ETag.precondition(ifMatch: nil) == Precondition.none)
    }

    @Test(arguments: [
        ("\"3\"", true), ("W/\"3\"", true), ("\"2\", \"3\"", true), ("*", true), ("\"2\"", false), ("3", false),
        ("", false), ("\"3\" x", false),
    ])
    func ifNoneMatchComparesWeakly(field: String, isKnown: Bool) {
        #expect(ETag.isKnown("\"3\"", ifNoneMatch: field) == isKnown)
    }

    @Test func whatOneHasIsNotSentAgain() async throws {
        let scene = try await Scene.make()
        for path in [
            "/v1/teams/orders", "/v1/tokens/\(scene.consumerToken)", "/v1/cloud-accounts/payments-gcp",
            "/v1/networks/\(scene.network)", "/v1/services/orders-api", "/v1/endpoint-requests/\(scene.pending)",
            "/v1/endpoints/\(scene.endpoint)",
        ] {
            let tag = try #require(await scene.world.get(path).headers[.eTag], "\(path)")
            let known = await scene.world.get(path, headers: [.ifNoneMatch: tag])
            #expect(known.status == 304, "\(path)")
            #expect(known.bytes.isEmpty)
            #expect(known.headers[.eTag] == tag)
            #expect(await scene.world.get(path, headers: [.ifNoneMatch: "\"99\""]).status == 200)
        }
    }

    /// Every change of a thing, with the revision that it has.
    @Test func aStaleChangeIsRefused() async throws {
        let scene = try await Scene.make()
        let changes: [(HTTPRequest.Method, String, JSONValue?)] = [
            (.patch, "/v1/teams/orders", ["contact": "#o"]),
            (.delete, "/v1/tokens/\(scene.consumerToken)", nil),
            (.patch, "/v1/cloud-accounts/payments-gcp", ["description": "d"]),
            (.post, "/v1/cloud-accounts/payments-gcp/refresh", nil),
            (.delete, "/v1/networks/\(scene.unusedNetwork)", nil),
            (.patch, "/v1/services/orders-api", ["description": "d"]),
            (.post, "/v1/endpoint-requests/\(scene.pending)/approvals", ["verdict": "approve", "reason": "Fine."]),
            (.post, "/v1/endpoint-requests/\(scene.secretPending)/withdraw", nil),
            (
                .post, "/v1/endpoints/\(scene.selfManagedEndpoint)/identify",
                ["native_id": "projects/payments-prod/regions/europe-west1/forwardingRules/mine"]
            ),
            (.post, "/v1/endpoints/\(scene.failedEndpoint)/retry", nil),
            (.post, "/v1/endpoints/\(scene.endpoint)/revoke", ["reason": "Over."]),
            (.post, "/v1/endpoints/\(scene.failedEndpoint)/release", nil),
            (.post, "/v1/services/orders-api/withdraw", nil),
        ]
        for (method, path, body) in changes {
            for stale in ["\"77\"", "1", "W/\"1\"", "nonsense"] {
                let refused = await scene.world.send(method, path, body, headers: [.ifMatch: stale])
                #expect(refused.status == 412, "\(method) \(path) with \(stale): \(refused.text)")
                #expect(refused.code == "precondition_failed")
            }
            let fresh = await scene.world.send(method, path, body, headers: [.ifMatch: "\"1\", \"2\", \"3\""])
            #expect((200..<300).contains(fresh.status), "\(method) \(path): \(fresh.text)")
        }
    }

    @Test func aStarMatchesWhatIsThere() async throws {
        let scene = try await Scene.make()
        let changed = await scene.world.patch("/v1/teams/orders", ["contact": "#o"], headers: [.ifMatch: "*"])
        #expect(changed.status == 200)
        #expect(await scene.world.patch("/v1/teams/nobody", ["contact": "#o"], headers: [.ifMatch: "*"]).status == 404)
    }
}
