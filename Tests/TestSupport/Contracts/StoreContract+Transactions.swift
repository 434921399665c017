import Connectivity
import ControlPlane
import Synchronization
import Testing

private struct Refusal: Error, Equatable {
    let number: Int
}

extension StoreContract {
    static let transactionRules: [StoreContract] = [
        StoreContract("a failed transaction leaves nothing") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let team = scene.samples.team()
            let draft = scene.samples.event(.teamCreated, about: .init(teamID: team.id))
            let hasActed = Mutex(false)
            await #expect(throws: Refusal(number: 1)) {
                try await store.write { transaction throws in
                    try transaction.insert(team)
                    try transaction.append(draft)
                    var changed = try #require(try transaction.find(scene.service.id))
                    changed.phase = .available
                    changed.revision += 1
                    try transaction.update(changed)
                    transaction.afterCommit { hasActed.withLock { $0 = true } }
                    throw Refusal(number: 1)
                }
            }
            try await store.write { try $0.append(draft) }
            try await store.read { reader throws in
                #expect(try reader.find(team.id) == nil)
                #expect(try reader.find(scene.service.id) == scene.service)
                let events = try reader.events(EventQuery(audience: .everything), Page(limit: 9))
                #expect(events.map(\.sequence) == [1])
            }
            #expect(!hasActed.withLock { $0 })
        },

        StoreContract("a transaction sees its own changes, and others see them once it is over") { store in
            let samples = StoreSamples()
            let team = samples.team()
            let seen = try await store.write { transaction throws in
                try transaction.insert(team)
                return try (transaction.find(team.id), transaction.teams(Page(limit: 5)))
            }
            #expect(seen.0 == team)
            #expect(seen.1 == [team])
            #expect(try await store.read { try $0.findTeam(named: team.name) } == team)
        },

        StoreContract("actions run once, in order, behind the transaction") { store in
            let log = Mutex<[String]>([])
            try await store.write { transaction throws in
                for step in ["first", "second"] { transaction.afterCommit { log.withLock { $0.append(step) } } }
                log.withLock { $0.append("body") }
            }
            #expect(log.withLock { $0 } == ["body", "first", "second"])
        },

        StoreContract("a refused record harms nothing else of its transaction") { store in
            let samples = StoreSamples()
            let (first, second) = (samples.team(), samples.team())
            try await store.write { transaction throws in
                try transaction.insert(first)
                #expect(throws: StoreError.duplicate) { try transaction.insert(first) }
                #expect(throws: StoreError.stale) { try transaction.update(second) }
                try transaction.insert(second)
            }
            #expect(try await store.read { try $0.teams(Page(limit: 9)) } == [second, first])
        },

        StoreContract("transactions run one after another") { store in
            let samples = StoreSamples()
            let team = samples.team()
            try await store.write { try $0.insert(team) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await store.write { transaction throws in
                            var changed = try #require(try transaction.find(team.id))
                            changed.revision += 1
                            try transaction.update(changed)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.find(team.id)?.revision } == 101)
        },

        StoreContract("one writer's failure never touches its neighbours") { store in
            let samples = StoreSamples()
            let drafts = (0..<120).map { number in
                (number, samples.team(), samples.event(.teamCreated, about: .init()))
            }
            await withTaskGroup(of: Void.self) { group in
                for (number, team, draft) in drafts {
                    group.addTask {
                        let result = await Result<Int, any Error>.of {
                            try await store.write { transaction throws in
                                try transaction.insert(team)
                                try transaction.append(draft)
                                if number.isMultiple(of: 3) { throw Refusal(number: number) }
                                return number
                            }
                        }
                        switch result {
                        case .success(let value): #expect(value == number && !number.isMultiple(of: 3))
                        case .failure(let error): #expect(error as? Refusal == Refusal(number: number))
                        }
                    }
                }
            }
            let kept = try await store.read { reader throws in
                #expect(
                    try reader.events(EventQuery(audience: .everything), Page(limit: .max)).map(\.sequence)
                        == Array(1...80))
                return try Set(reader.teams(Page(limit: .max)).map(\.id))
            }
            #expect(kept == Set(drafts.filter { !$0.0.isMultiple(of: 3) }.map(\.1.id)))
        },

        StoreContract("what a failed neighbour wrote is never read by the next") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let extra = scene.samples.network(of: scene.consumerAccount.id)
            // Each pair may share a commit: what the first reads and changes must not outlive its failure.
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        await #expect(throws: Refusal(number: number)) {
                            try await store.write { transaction throws in
                                _ = try transaction.networks(of: scene.consumerAccount.id)
                                try transaction.insert(extra)
                                var account = scene.consumerAccount
                                account.description = "never"
                                account.revision += 1
                                try transaction.update(account)
                                #expect(try transaction.find(extra.id) == extra)
                                #expect(try transaction.find(account.id) == account)
                                #expect(try transaction.networks(of: account.id).count == 2)
                                throw Refusal(number: number)
                            }
                        }
                    }
                    group.addTask {
                        await #expect(throws: Never.self) {
                            try await store.write { transaction throws in
                                #expect(try transaction.find(extra.id) == nil)
                                #expect(try transaction.find(scene.consumerAccount.id) == scene.consumerAccount)
                                #expect(try transaction.networks(of: scene.consumerAccount.id) == [scene.network])
                            }
                        }
                    }
                }
            }
        },
    ]
}

extension Result where Failure == any Error {
    static func of(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
