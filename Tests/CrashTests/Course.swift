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
    /// The sabotage; it ends with the first fault that is found.
    var forgetsIntents = false

    static let all = BackendKind.all.flatMap { kind in Story.allCases.map { Course(story: $0, kind: kind) } }

    var testDescription: String { "\(story.rawValue), \(kind.name)" }

    struct Outcome: Sendable {
        /// Calls at which the process was killed, each before and after its effect.
        var points = 0
        var crashes = 0
        var faults: [String] = []
    }

    /// Counts up until a run ends uncrashed.
    func run() async throws -> Outcome {
        let rig = try await kind.makeRig()
        let reference = try await perform(nil, on: rig)
        guard reference.faults.isEmpty else {
            return Outcome(faults: reference.faults.map { "without a crash: \($0)" })
        }
        let next = Counter()
        return try await withThrowingTaskGroup(of: Outcome.self) { lanes in
            for _ in 0..<Self.lanes {
                lanes.addTask {
                    var outcome = Outcome()
                    while outcome.faults.count < (forgetsIntents ? 1 : 10) {
                        guard try await crash(at: next.draw(), on: rig, reference.happenings, &outcome) else { break }
                    }
                    return outcome
                }
            }
            return try await lanes.reduce(into: Outcome()) { sum, lane in
                sum.points += lane.points
                sum.crashes += lane.crashes
                sum.faults += lane.faults
            }
        }
    }

    /// Runs that go on at the same time, each in a scene of its own.
    private static let lanes = 3
    /// More calls than any story makes: what counts beyond never ends.
    private static let mostCalls = 200

    /// - Returns: false if the story ended before that call.
    private func crash(
        at call: Int, on rig: any BackendRig, _ reference: [String: Int], _ outcome: inout Outcome
    ) async throws -> Bool {
        guard call < Self.mostCalls else { throw CourseFailure("\(testDescription) never ends") }
        for moment in Death.Moment.allCases {
            let death = Death(call: call, moment: moment)
            let performance = try await perform(death, on: rig)
            guard performance.wasKilled || !performance.faults.isEmpty else { return false }
            outcome.crashes += performance.wasKilled ? 1 : 0
            var faults = performance.faults
            let told = Self.steps(performance.happenings)
            if told != Self.steps(reference), faults.isEmpty {
                faults = ["the log tells another story: \(difference(told, Self.steps(reference)))"]
            }
            outcome.faults += faults.map { "killed \(moment) call \(call): \($0)" }
        }
        outcome.points += 1
        return true
    }

    /// All but the phases on the way: which of them are seen depends on when a look falls, with or without a crash.
    private static func steps(_ happenings: [String: Int]) -> [String: Int] {
        happenings.filter { !$0.key.hasPrefix("endpoint.phase_changed") }
    }

    private func difference(_ found: [String: Int], _ expected: [String: Int]) -> String {
        Set(found.keys).union(expected.keys).sorted()
            .filter { found[$0] != expected[$0] }
            .map { "\($0): \(found[$0] ?? 0) rather than \(expected[$0] ?? 0) times" }.joined(separator: "; ")
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
        var faults: [String] = []
        var happenings: [String: Int] = [:]
    }

    /// Plays the story, dying as told; then again without dying, on what is left.
    private func perform(_ death: Death?, on rig: any BackendRig) async throws -> Result {
        let world = try await World(rig)
        let before = try await world.look()
        let folder = try CrashFolder()
        defer { folder.remove() }
        var order = Order(
            story: story, stage: world.stage, database: folder.database,
            environment: (rig as? any DirectRig)?.serverEnvironment)
        order.forgetsIntents = forgetsIntents
        var result = Result()
        if death != nil {
            order.death = death
            switch try await RigProcess(order: order).run(answer: world.answer) {
            case .killed: result.wasKilled = true
            case .finished: return result
            case .failed(let words):
                result.faults.append("the first process failed: \(words)")
                return result
            }
            order.death = nil
        }
        let end = try await RigProcess(order: order).run(answer: world.answer)
        guard end == .finished else {
            result.faults.append("it did not converge: \(end)")
            return result
        }
        try await world.settleCloud()
        do {
            let record = try await Record(database: order.database)
            result.happenings = record.happenings
            result.faults = Expectation(story: story, world: world, before: before)
                .faults(in: try await world.look(), record)
        } catch let broken as EventChain.Break {
            result.faults.append("the log is broken: \(broken)")
        }
        return result
    }
}

struct CourseFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
