import Testing

@testable import BackendContractTests
@testable import crash_rig

/// Whatever call the process dies at, the next one brings the story to its one right end.
@Suite("Crash at every point", .serialized)
struct CrashTests {
    private static let heading: Void = print("| scenario | backend | calls | points | verdict |\n|---|---|--:|--:|---|")

    @Test(arguments: Course.all)
    func converges(course: Course) async throws {
        let outcome = try await course.run()
        for flaw in outcome.flaws { Issue.record("\(flaw)") }
        #expect(outcome.calls.count > 0)
        #expect(outcome.points == outcome.expectedPoints)
        _ = Self.heading
        let verdict = outcome.flaws.isEmpty ? "all converged" : "\(outcome.flaws.count) FLAWS"
        print(
            "| \(course.story.rawValue) | \(course.kind.name) | \(outcome.calls.count) | \(outcome.points) of "
                + "\(outcome.expectedPoints) | \(verdict) |")
    }

    /// The check itself is checked. Without the record of what was begun, the log lacks a step; and what arrives after
    /// the end is left behind, where a cloud can be told to be late.
    private static let sabotages =
        BackendKind.all.map { Course(story: .approveManaged, kind: $0, forgetsIntents: .record) }
        + BackendKind.all.filter { $0.name.hasPrefix("fake") }
        .map { Course(story: .revokeEarly, kind: $0, forgetsIntents: .cloud) }

    @Test(arguments: sabotages)
    func noticesDroppedIntents(course: Course) async throws {
        let outcome = try await course.run()
        let caught = outcome.flaws.first { $0.place == course.forgetsIntents }
        #expect(caught != nil, "found instead: \(outcome.flaws)")
        #expect(outcome.flaws.allSatisfy { $0.place != .run })
        print(
            "| sabotage: \(course.story.rawValue) | \(course.kind.name) | caught: \(caught?.description ?? "NOT") |")
    }
}
