import Connectivity
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import BackendContractTests
@testable import crash_rig

/// One story on one backend, with a crash at every call in turn.
struct Course: Sendable, CustomTestStringConvertible {
    let story: Story
    let kind: BackendKind
    /// The sabotage; it ends once a flaw in this place is found.
    var forgetsIntents: Flaw.Place?

    static let all = BackendKind.all.flatMap { kind in Story.allCases.map { Course(story: $0, kind: kind) } }

    var testDescription: String { "\(story.rawValue), \(kind.name)" }

    struct Outcome: Sendable {
        /// What a run without a crash made. Each is to be a process's last: before and after its effect, and on its way.
        var calls = RigProcess.Calls()
        var expectedPoints: Int { 2 * calls.count + calls.delayable.count }
        /// Runs that were killed.
        var points = 0
        var flaws: [Flaw] = []
    }

    /// Counts up until a run ends uncrashed.
    func run() async throws -> Outcome {
        let rig = try await kind.makeRig()
        let reference = try await perform(nil, on: rig)
        guard reference.flaws.isEmpty else {
            return Outcome(flaws: reference.flaws.map { $0.when("without a crash") })
        }
        let next = Counter()
        return try await withThrowingTaskGroup(of: Outcome.self) { lanes in
            for _ in 0..<Self.lanes {
                lanes.addTask {
                    var outcome = Outcome()
                    while !isDone(outcome) {
                        guard try await crash(at: next.draw(), on: rig, reference, &outcome) else { break }
                    }
                    return outcome
                }
            }
            return try await lanes.reduce(into: Outcome(calls: reference.calls)) { sum, lane in
                sum.points += lane.points
                sum.flaws += lane.flaws
            }
        }
    }

    /// Runs that go on at the same time, each in a scene of its own.
    private static let lanes = 3
    /// More calls than any story makes: what counts beyond never ends.
    private static let mostCalls = 200

    private func isDone(_ outcome: Outcome) -> Bool {
        outcome.flaws.count >= 10 || outcome.flaws.contains { $0.place == forgetsIntents }
    }

    /// - Returns: false if the story ended before that call.
    private func crash(
        at call: Int, on rig: any BackendRig, _ reference: Result, _ outcome: inout Outcome
    ) async throws -> Bool {
        guard call < Self.mostCalls else { throw CourseFailure("\(testDescription) never ends") }
        for moment in Self.moments(of: call, in: reference.calls) {
            let result = try await perform(Death(call: call, moment: moment), on: rig)
            guard result.wasKilled || !result.flaws.isEmpty else { return false }
            outcome.points += result.wasKilled ? 1 : 0
            var flaws = result.flaws
            if flaws.isEmpty, let difference = difference(result.happenings, reference.happenings) {
                flaws = [Flaw(.record, "the log tells another story: \(difference)")]
            }
            outcome.flaws += flaws.map { $0.when("killed \(moment) call \(call)") }
        }
        return true
    }

    private static func moments(of call: Int, in calls: RigProcess.Calls) -> [Death.Moment] {
        [.before, .after] + (calls.delayable.contains(call) ? [.late] : [])
    }

    /// nil if both tell the same.
    private func difference(_ found: [String: Int], _ expected: [String: Int]) -> String? {
        let differing = Set(found.keys).union(expected.keys).sorted().filter { name in
            let (times, due) = (found[name] ?? 0, expected[name] ?? 0)
            return story.dependsOnThePoint ? times > due : times != due
        }
        guard !differing.isEmpty else { return nil }
        return differing.map { "\($0): \(found[$0] ?? 0) rather than \(expected[$0] ?? 0) times" }
            .joined(separator: "; ")
    }

    private final class Counter: Sendable {
        private let last = Mutex(0)

        func draw() -> Int {
            last.withLock { last in
                last += 1
                return last
            }
        }
    }

    private struct Result {
        var wasKilled = false
        /// Of the process that ended.
        var calls = RigProcess.Calls()
        var flaws: [Flaw] = []
        var happenings: [String: Int] = [:]
    }

    /// Plays the story, dying as told; then again without dying, on what is left.
    private func perform(_ death: Death?, on rig: any BackendRig) async throws -> Result {
        let folder = try CrashFolder()
        defer { folder.remove() }
        let world = try await World(rig, in: folder)
        var order = Order(
            story: story, stage: world.stage, database: folder.database, environment: world.environment)
        order.forgetsIntents = forgetsIntents != nil
        var result = Result()
        if death != nil {
            order.death = death
            switch try await RigProcess(order: order).run(answer: world.answer) {
            case .killed: result.wasKilled = true
            case .finished(let calls):
                result.calls = calls
                return result
            case .failed(let words):
                result.flaws.append(Flaw(.run, "the first process failed: \(words)"))
                return result
            }
            order.death = nil
        }
        switch try await RigProcess(order: order).run(answer: world.answer) {
        case .finished(let calls): result.calls = calls
        case .killed:
            result.flaws.append(Flaw(.run, "the process without an end of its own was killed"))
            return result
        case .failed(let words):
            result.flaws.append(Flaw(.run, "it did not converge: \(words)"))
            return result
        }
        do {
            let record = try await Record(database: order.database)
            result.happenings = record.happenings
            result.flaws = Expectation(story: story, world: world).flaws(in: try await world.end(), record)
        } catch let broken as EventChain.Break {
            result.flaws.append(Flaw(.record, "the log is broken: \(broken)"))
        }
        return result
    }
}

struct CourseFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
