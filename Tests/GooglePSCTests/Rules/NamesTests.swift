import Foundation
import Testing

@testable import GooglePSC

@Suite("Names and request ids")
struct NamesTests {
    @Test(
        "One resource has one path, however it is written",
        arguments: [
            "https://www.googleapis.com/compute/v1/projects/p-1/regions/europe-west1/serviceAttachments/orders",
            "https://compute.googleapis.com/compute/v1/projects/p-1/regions/europe-west1/serviceAttachments/orders",
            "https://compute-restricted.p.googleapis.com/compute/beta/projects/p-1/regions/europe-west1/serviceAttachments/orders",
            "//compute.googleapis.com/projects/p-1/regions/europe-west1/serviceAttachments/orders",
            "/projects/p-1/regions/europe-west1/serviceAttachments/orders",
            "projects/p-1/regions/europe-west1/serviceAttachments/orders",
        ])
    func isCanonical(text: String) throws {
        let path = try #require(ResourcePath(text))
        #expect("\(path)" == "projects/p-1/regions/europe-west1/serviceAttachments/orders")
        #expect(ResourcePath.canonical(text) == "\(path)")
        #expect(path.region == "europe-west1")
    }

    @Test(
        "What names nothing is no path",
        arguments: [
            "", "orders", "projects/p", "projects/p/regions/r/serviceAttachments", "projects//regions/r/x/y",
            "projects/p/regions/r/serviceAttachments/a/b", "projects/p/regions/r/serviceAttachments/a?b",
            "projects/p/regions/../serviceAttachments/a", "projects/p/zones/z/instances/a",
            "projects/p/regions/r/serviceAttachments/a%2Fb",
        ])
    func refusesOthers(text: String) { #expect(ResourcePath(text) == nil) }

    @Test("Global resources have no region")
    func takesGlobals() throws {
        let path = try #require(ResourcePath("projects/p/global/networks/main"))
        #expect(path.region == nil)
        #expect("\(path)" == "projects/p/global/networks/main")
    }

    @Test("A plain name means a sibling")
    func findsSiblings() throws {
        let path = try #require(ResourcePath("projects/p/regions/r/serviceAttachments/a"))
        #expect(path.sibling("nat", in: "subnetworks") == "projects/p/regions/r/subnetworks/nat")
        #expect(
            path.sibling("projects/q/regions/r/subnetworks/n", in: "subnetworks")
                == "projects/q/regions/r/subnetworks/n")
    }

    @Test("A request id is a UUID, the same for the same step and no other")
    func derivesRequestIDs() throws {
        let steps = [["a", "b"], ["ab", ""], ["a", "b", ""], ["ab"], ["b", "a"], ["a"]]
        let ids = steps.map { RequestID.derived(from: $0) }
        #expect(Set(ids).count == steps.count)
        for (step, id) in zip(steps, ids) {
            #expect(RequestID.derived(from: step) == id)
            let uuid = try #require(UUID(uuidString: id))
            #expect(uuid.uuidString.lowercased() == id)
            #expect(Array(id)[14] == "8")
            #expect("89ab".contains(Array(id)[19]))
        }
    }
}
