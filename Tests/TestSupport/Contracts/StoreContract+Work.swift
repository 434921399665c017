import Connectivity
import ControlPlane
import Testing

extension StoreContract {
    static let workRules: [StoreContract] = [
        StoreContract("due work is leased once, longest due first") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let request = scene.request()
            let now = scene.samples.now + .seconds(60)
            let schedules = [
                Schedule(dueAt: now, attempts: 2), Schedule(dueAt: now - .seconds(5)),
                Schedule(dueAt: now + .milliseconds(1)), Schedule(dueAt: nil),
                Schedule(dueAt: now - .seconds(1), lease: .init(owner: "dead", expiresAt: now)),
                Schedule(dueAt: now - .seconds(9), lease: .init(owner: "alive", expiresAt: now + .milliseconds(1))),
            ]
            let endpoints = schedules.map { schedule in
                var endpoint = scene.samples.endpoint(of: request)
                endpoint.schedule = schedule
                return endpoint
            }
            try await store.write { transaction throws in
                try transaction.insert(request)
                for endpoint in endpoints { try transaction.insert(endpoint) }
            }
            let lease = Schedule.Lease(owner: "me", expiresAt: now + .seconds(30))
            func claim(_ limit: Int) async throws -> [Endpoint] {
                try await store.write { try $0.claimDueEndpoints(at: now, lease: lease, limit: limit) }
            }
            #expect(try await claim(0).isEmpty)
            let claimed = try await claim(2)
            #expect(claimed.map(\.id) == [endpoints[1].id, endpoints[4].id])
            #expect(claimed.allSatisfy { $0.schedule.lease == lease && $0.revision == 1 })
            #expect(try await claim(9).map(\.id) == [endpoints[0].id])
            // What one holds is not given to it a second time either.
            #expect(try await claim(9).isEmpty)
            let stored = try await store.read { try $0.find(endpoints[0].id) }
            #expect(stored?.schedule == Schedule(dueAt: now, attempts: 2, lease: lease))
        },

        StoreContract("services and accounts are leased in the same way") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let now = scene.samples.now
            let lease = Schedule.Lease(owner: "me", expiresAt: now + .seconds(30))
            try await store.write { transaction throws in
                let services = try transaction.claimDueServices(at: now, lease: lease, limit: 9)
                #expect(services.map(\.id) == [scene.service.id])
                #expect(try transaction.find(scene.service.id) == services.first)
                let accounts = try transaction.claimDueAccounts(at: now, lease: lease, limit: 9)
                #expect(accounts.map(\.id) == [scene.producerAccount.id, scene.consumerAccount.id])
                #expect(try transaction.claimDueAccounts(at: now, lease: lease, limit: 9).isEmpty)
            }
            #expect(try await store.read { try $0.find(scene.service.id)?.schedule.lease } == lease)
        },

        StoreContract("rescheduling is no change of the revision") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let request = scene.request()
            let endpoint = scene.samples.endpoint(of: request)
            let schedule = Schedule(
                dueAt: scene.samples.now, attempts: 7, lease: .init(owner: "me", expiresAt: scene.samples.now))
            try await store.write { transaction throws in
                try transaction.insert(request)
                try transaction.insert(endpoint)
                try transaction.reschedule(endpoint.id, schedule)
                try transaction.reschedule(scene.service.id, schedule)
                try transaction.reschedule(scene.consumerAccount.id, Schedule(dueAt: nil))
            }
            try await store.read { reader throws in
                var (expected, service, account) = (endpoint, scene.service, scene.consumerAccount)
                expected.schedule = schedule
                service.schedule = schedule
                account.schedule = Schedule(dueAt: nil)
                #expect(try reader.find(endpoint.id) == expected)
                #expect(try reader.find(service.id) == service)
                #expect(try reader.find(account.id) == account)
            }
        },

        StoreContract("what is overdue comes longest overdue first") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let requests = (0..<3).map { scene.request(subnet: "subnet-\($0)") }
            var endpoints = requests.map { scene.samples.endpoint(of: $0) }
            endpoints[0].desired = .absent
            endpoints[2].expiresAt = endpoints[1].expiresAt.map { $0 - .seconds(1) }
            let last = requests[1].expiresAt
            try await store.write { [endpoints] transaction throws in
                for request in requests.reversed() { try transaction.insert(request) }
                for endpoint in endpoints { try transaction.insert(endpoint) }
            }
            try await store.read { [endpoints] reader throws in
                #expect(try reader.requests(expiredAt: last, limit: 9) == [requests[0], requests[1]])
                #expect(try reader.requests(expiredAt: last, limit: 1) == [requests[0]])
                #expect(try reader.requests(expiredAt: requests[0].createdAt, limit: 9).isEmpty)
                let end = try #require(endpoints[1].expiresAt)
                #expect(try reader.endpoints(expiredAt: end, limit: 9) == [endpoints[2], endpoints[1]])
            }
        },

        StoreContract("open endpoints are those that are not closed, oldest first") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let request = scene.request()
            var endpoints = (0..<3).map { _ in scene.samples.endpoint(of: request) }
            endpoints[1].phase = .closed
            try await store.write { [endpoints] transaction throws in
                try transaction.insert(request)
                for endpoint in endpoints.reversed() { try transaction.insert(endpoint) }
            }
            try await store.read { [endpoints] reader throws in
                let open = [endpoints[0], endpoints[2]]
                #expect(try reader.openEndpoints(of: scene.service.id) == open)
                #expect(
                    try reader.openEndpoints(of: scene.service.id, account: scene.consumerAccount.id) == open)
                #expect(
                    try reader.openEndpoints(of: scene.service.id, account: scene.producerAccount.id).isEmpty)
            }
        },
    ]
}
