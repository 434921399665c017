import Testing

@testable import BackendContractTests
@testable import crash_rig

/// Whatever call the process dies at, the next one brings the story to its one right end.
@Suite("Crash at every point", .serialized)
struct CrashTests {
    @Test(arguments: Course.all)
    func converges(course: Course) async throws {
        let outcome = try await course.run()
        for fault in outcome.faults { Issue.record("\(fault)") }
        #expect(outcome.points > 0)
        let verdict = outcome.faults.isEmpty ? "all converged" : "\(outcome.faults.count) FAULTS"
        print(
            "| \(course.story.rawValue) | \(course.kind.name) | \(outcome.points) | \(outcome.crashes) | \(verdict) |")
    }

    /// The check itself is checked: without the record of what was begun, it has to find fault.
    @Test(arguments: BackendKind.all.map { Course(story: .approveManaged, kind: $0, forgetsIntents: true) })
    func noticesDroppedIntents(course: Course) async throws {
        let outcome = try await course.run()
        #expect(!outcome.faults.isEmpty)
        print("| sabotage: \(course.story.rawValue) | \(course.kind.name) | caught: \(outcome.faults.first ?? "NOT") |")
    }
}
