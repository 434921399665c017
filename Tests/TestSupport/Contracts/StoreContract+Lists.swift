import Connectivity
import ControlPlane
import Testing

extension StoreContract {
    static let listRules: [StoreContract] = [
        StoreContract("pages follow one another, newest first, without gap or repetition") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let requests = (0..<23).map { scene.request(subnet: "subnet-\($0)") }
            try await store.write { transaction throws in
                for request in requests.shuffled() { try transaction.insert(request) }
            }
            for audience in [
                .everything, .teams([scene.producer.id]), .teams([scene.producer.id, scene.consumer.id]),
            ] as [Audience] {
                let pages = try await store.read { reader throws in
                    var pages: [[EndpointRequest]] = []
                    var after: ID<EndpointRequest>?
                    repeat {
                        pages.append(
                            try reader.requests(RequestQuery(audience: audience), Page(limit: 5, after: after)))
                        after = pages.last?.last?.id
                    } while pages.last?.isEmpty == false && pages.count < 10
                    return pages
                }
                #expect(pages.map(\.count) == [5, 5, 5, 5, 3, 0])
                #expect(pages.flatMap { $0 } == requests.reversed())
            }
        },

        StoreContract("an audience sees what its teams take part in") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let stranger = scene.samples.team()
            let request = scene.request()
            let approval = scene.samples.approval(of: request)
            let endpoint = scene.samples.endpoint(of: request)
            try await store.write { transaction throws in
                try transaction.insert(stranger)
                try transaction.insert(request)
                try transaction.insert(approval)
                try transaction.insert(endpoint)
            }
            let producer = Audience.teams([scene.producer.id])
            let consumer = Audience.teams([scene.consumer.id, stranger.id])
            for (audience, sees) in [
                (.everything, true), (producer, true), (consumer, true), (.teams([stranger.id]), false),
                (.teams([]), false),
            ] as [(Audience, Bool)] {
                try await store.read { reader throws in
                    #expect(try reader.requests(.init(audience: audience), Page(limit: 9)).isEmpty != sees)
                    #expect(try reader.approvals(.init(audience: audience), Page(limit: 9)).isEmpty != sees)
                    #expect(try reader.endpoints(.init(audience: audience), Page(limit: 9)).isEmpty != sees)
                }
            }
            try await store.read { reader throws in
                #expect(try reader.accounts(.init(audience: producer), Page(limit: 9)) == [scene.producerAccount])
                #expect(try reader.networks(.init(audience: producer), Page(limit: 9)).isEmpty)
                #expect(try reader.networks(.init(audience: consumer), Page(limit: 9)) == [scene.network])
            }
        },

        StoreContract("a network is its account's team's, whoever that is now") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            var account = scene.consumerAccount
            account.teamID = scene.producer.id
            account.revision += 1
            try await store.write { [account] in try $0.update(account) }
            try await store.read { reader throws in
                let now = NetworkQuery(audience: .teams([scene.producer.id]))
                #expect(try reader.networks(now, Page(limit: 9)) == [scene.network])
                let before = NetworkQuery(audience: .teams([scene.consumer.id]), account: scene.consumerAccount.id)
                #expect(try reader.networks(before, Page(limit: 9)).isEmpty)
            }
        },

        StoreContract("a service is seen by its owners, by those it is shown to, or by everyone") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let viewer = scene.samples.team()
            let shown = scene.samples.service(of: scene.producerAccount, visibility: .teams([viewer.id]))
            var hidden = scene.samples.service(of: scene.producerAccount, visibility: .teams([]))
            try await store.write { [hidden] transaction throws in
                try transaction.insert(viewer)
                try transaction.insert(shown)
                try transaction.insert(hidden)
            }
            func seen(by team: Team) async throws -> [PublishedService] {
                try await store.read { try $0.services(.init(audience: .teams([team.id])), Page(limit: 9)) }
            }
            #expect(try await seen(by: scene.producer) == [hidden, shown, scene.service])
            #expect(try await seen(by: viewer) == [shown, scene.service])
            #expect(try await seen(by: scene.consumer) == [scene.service])
            hidden.visibility = .teams([scene.consumer.id, viewer.id])
            hidden.revision += 1
            try await store.write { [hidden] in try $0.update(hidden) }
            #expect(try await seen(by: viewer) == [hidden, shown, scene.service])
            hidden.visibility = .everyone
            hidden.revision += 1
            try await store.write { [hidden] in try $0.update(hidden) }
            #expect(try await seen(by: scene.consumer) == [hidden, scene.service])
        },

        StoreContract("an inbox holds what still waits for this person") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let mine = scene.request()
            let approved = scene.request(subnet: "subnet-2")
            var resolved = scene.request(subnet: "subnet-3")
            let approval = scene.samples.approval(of: approved, by: "olga")
            try await store.write { [resolved] transaction throws in
                for request in [mine, approved, resolved] { try transaction.insert(request) }
                try transaction.insert(approval)
            }
            resolved.state = .withdrawn
            resolved.revision += 1
            try await store.write { [resolved] in try $0.update(resolved) }
            func inbox(_ teams: Set<ID<Team>>?, _ subject: String) async throws -> [EndpointRequest] {
                let query = RequestQuery(audience: .everything, awaiting: .init(teams: teams, subject: subject))
                return try await store.read { try $0.requests(query, Page(limit: 9)) }
            }
            #expect(try await inbox([scene.producer.id], "olga") == [mine])
            #expect(try await inbox([scene.producer.id], "oscar") == [approved, mine])
            #expect(try await inbox([scene.consumer.id], "oscar").isEmpty)
            #expect(try await inbox([], "oscar").isEmpty)
            #expect(try await inbox(nil, "olga") == [mine])
        },

        StoreContract("a request is live while it is pending or its endpoint is not closed") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            var request = scene.request()
            var endpoint = scene.samples.endpoint(of: request)
            let (service, network) = (scene.service.id, scene.network.id)
            func live(_ subnet: String = "subnet-1") async throws -> EndpointRequest? {
                try await store.read { try $0.findLiveRequest(service: service, network: network, subnet: subnet) }
            }
            #expect(try await live() == nil)
            try await store.write { [request] in try $0.insert(request) }
            #expect(try await live() == request)
            #expect(try await live("subnet-2") == nil)
            request.state = .approved
            request.endpointID = endpoint.id
            request.revision += 1
            try await store.write { [request, endpoint] transaction throws in
                try transaction.update(request)
                try transaction.insert(endpoint)
            }
            #expect(try await live() == request)
            endpoint.phase = .closed
            endpoint.revision += 1
            try await store.write { [endpoint] in try $0.update(endpoint) }
            #expect(try await live() == nil)
        },

        StoreContract("a service is open until it is retired, whoever owns its account") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let account = scene.service.accountID
            func open(_ account: ID<CloudAccount>) async throws -> [ID<PublishedService>] {
                try await store.read { try $0.openServices(of: account).map(\.id) }
            }
            let younger = PublishedService(
                id: scene.samples.id(), name: scene.samples.name(), teamID: scene.consumer.id, accountID: account,
                provider: scene.service.provider, region: "eu-west-1", description: nil, documentationURL: nil,
                origin: .adopted(nativeID: "vpce-svc-9"), visibility: .everyone, policy: AccessPolicy(),
                schedule: Schedule(dueAt: nil), createdAt: scene.samples.now, updatedAt: scene.samples.now)
            try await store.write { try $0.insert(younger) }
            #expect(try await open(account) == [scene.service.id, younger.id])
            #expect(try await open(scene.samples.id()).isEmpty)
            var retired = scene.service
            retired.phase = .retired
            retired.revision += 1
            try await store.write { [retired] in try $0.update(retired) }
            #expect(try await open(account) == [younger.id])
        },

        StoreContract("the log is in order, and shown to those whom an event is about") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let (producer, consumer) = (scene.producer.id, scene.consumer.id)
            let drafts = [
                scene.samples.event(.teamCreated, about: .init(teamID: producer)),
                scene.samples.event(.serviceChanged, about: .init(serviceID: scene.service.id)),
                scene.samples.event(
                    .requestFiled,
                    about: .init(serviceID: scene.service.id, producerTeamID: producer, consumerTeamID: consumer)),
                scene.samples.event(.auditorRead, about: .init()),
            ]
            try await store.write { transaction throws in
                for draft in drafts { try transaction.append(draft) }
            }
            func numbers(_ query: EventQuery, after: Int? = nil) async throws -> [Int] {
                try await store.read { try $0.events(query, Page(limit: 3, after: after)).map(\.sequence) }
            }
            #expect(try await numbers(.init(audience: .everything)) == [1, 2, 3])
            #expect(try await numbers(.init(audience: .everything), after: 3) == [4])
            #expect(try await numbers(.init(audience: .teams([producer]))) == [1, 3])
            #expect(try await numbers(.init(audience: .teams([producer, consumer])), after: 1) == [3])
            #expect(try await numbers(.init(audience: .everything, service: scene.service.id)) == [2, 3])
            #expect(try await numbers(.init(audience: .everything, kind: .auditorRead)) == [4])
            let first = try await store.read { try $0.events(.init(audience: .everything), Page(limit: 1)) }
            #expect(first.first?.detail == drafts[0].detail)
            #expect(first.first?.id == drafts[0].id)
        },

        StoreContract("the log is checked from any place on, a stretch at a time") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            func check(behind head: EventChain.Head, limit: Int = 2) async throws -> EventChain.Head {
                try await store.read { try $0.checkEvents(behind: head, limit: limit) }
            }
            #expect(try await check(behind: .empty) == .empty)
            try await store.write { transaction throws in
                for _ in 0..<5 { try transaction.append(scene.samples.event(.auditorRead, about: .init())) }
            }
            let end = try await store.read { try $0.eventHead() }
            let events = try await store.read { try $0.events(.init(audience: .everything), Page(limit: 5)) }
            let second = EventChain.Head(sequence: 2, hash: events[1].hash)
            #expect(try await check(behind: .empty) == second)
            #expect(try await check(behind: second, limit: 10) == end)
            #expect(try await check(behind: end) == end)
            let another = EventChain.Head(sequence: 2, hash: end.hash)
            await #expect(throws: EventLogFault.broken(.rewritten(sequence: 2))) { try await check(behind: another) }
            let later = EventChain.Head(sequence: 9, hash: end.hash)
            await #expect(throws: EventLogFault.broken(.truncated(at: 5, expected: 9))) {
                try await check(behind: later)
            }
        },
    ]
}
