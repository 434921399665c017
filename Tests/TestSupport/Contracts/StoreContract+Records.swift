import Connectivity
import ControlPlane
import Testing

extension StoreContract {
    static let recordRules: [StoreContract] = [
        StoreContract("records come back as they went in") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            var request = scene.request()
            let approval = scene.samples.approval(of: request)
            var endpoint = scene.samples.endpoint(of: request)
            let token = scene.samples.token(teams: [scene.producer.id, scene.consumer.id])
            try await store.write { [request, endpoint] transaction throws in
                try transaction.insert(request)
                try transaction.insert(approval)
                try transaction.insert(endpoint)
                try transaction.insert(token)
            }
            try await store.read { [request, endpoint] reader throws in
                #expect(try reader.find(scene.producer.id) == scene.producer)
                #expect(try reader.find(scene.consumerAccount.id) == scene.consumerAccount)
                #expect(try reader.find(scene.network.id) == scene.network)
                #expect(try reader.find(scene.service.id) == scene.service)
                #expect(try reader.find(request.id) == request)
                #expect(try reader.find(approval.id) == approval)
                #expect(try reader.find(endpoint.id) == endpoint)
                #expect(try reader.find(token.id) == token)
            }
            let now = scene.samples.now
            request.state = .approved
            request.resolvedAt = now
            request.endpointID = endpoint.id
            request.revision = 2
            endpoint.desired = .absent
            endpoint.phase = .closing
            endpoint.observed = .init(
                nativeID: "vpce-1", addresses: ["10.0.1.7"], dnsNames: ["a.example", "b.example"],
                connectionStatus: .needsAttention, nativeStatus: "Partial", hasBeenActive: true)
            endpoint.intent = CloudIntent(action: .deleteEndpoint, token: "t-1")
            endpoint.unseenCalls = [.admit, .createEndpoint]
            endpoint.callsBegun = 4
            endpoint.lastError = Fault(
                code: "throttled", side: .producer, message: "Slow \"down\"", remedy: "Wait.", isRetryable: true,
                cloudCode: "RequestLimitExceeded", cloudRequestID: nil, at: now)
            endpoint.schedule = Schedule(dueAt: nil, attempts: 3, lease: .init(owner: "p1", expiresAt: now))
            endpoint.closing = .init(kind: .revoked, by: "olga", reason: "no more", at: now)
            endpoint.closedAt = now
            endpoint.revision = 2
            try await store.write { [request, endpoint] transaction throws in
                try transaction.update(request)
                try transaction.update(endpoint)
            }
            let storedRequest = try await store.read { [request] in try $0.find(request.id) }
            #expect(storedRequest == request)
            let storedEndpoint = try await store.read { [endpoint] in try $0.find(endpoint.id) }
            #expect(storedEndpoint == endpoint)
        },

        StoreContract("what is optional may be missing") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let base = scene.request()
            let request = EndpointRequest(
                id: scene.samples.id(), origin: .discovered, serviceID: base.serviceID,
                producerTeamID: base.producerTeamID, consumerTeamID: base.consumerTeamID, accountID: base.accountID,
                networkID: nil, subnet: nil, mode: .selfManaged, nativeEndpointID: "vpce-9", requestedAddress: nil,
                reason: "", ticket: nil, lifetime: .until(base.expiresAt), approvalsRequired: 3, findings: [],
                requestedBy: "", createdAt: base.createdAt, expiresAt: base.expiresAt, updatedAt: base.updatedAt)
            var service = scene.service
            service.visibility = .teams([scene.consumer.id])
            service.policy = AccessPolicy()
            service.warnings = [Finding(code: .reconcileOff, severity: .warn, message: "")]
            service.schedule.dueAt = nil
            service.revision = 2
            let published = PublishedService(
                id: scene.samples.id(), name: scene.samples.name(), teamID: service.teamID,
                accountID: service.accountID, provider: .gcp, region: "europe-west1", description: "",
                documentationURL: nil,
                origin: .published(.init(loadBalancer: "lb", natSubnets: ["a", "b"], domainName: "x.example")),
                visibility: .teams([]), policy: AccessPolicy(), schedule: Schedule(dueAt: nil),
                createdAt: base.createdAt, updatedAt: base.updatedAt)
            try await store.write { [service] transaction throws in
                try transaction.insert(request)
                try transaction.update(service)
                try transaction.insert(published)
            }
            try await store.read { [service] reader throws in
                #expect(try reader.find(request.id) == request)
                #expect(try reader.find(service.id) == service)
                #expect(try reader.findService(named: published.name) == published)
            }
        },

        StoreContract("ids and names are unique") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let other = scene.samples.team()
            let token = scene.samples.token()
            let request = scene.request()
            try await store.write { transaction throws in
                try transaction.insert(token)
                try transaction.insert(request)
                for clash in [
                    Team(
                        id: other.id, name: scene.producer.name, description: nil, contact: nil,
                        createdAt: other.createdAt, updatedAt: other.updatedAt),
                    Team(
                        id: scene.producer.id, name: other.name, description: nil, contact: nil,
                        createdAt: other.createdAt, updatedAt: other.updatedAt),
                ] {
                    #expect(throws: StoreError.duplicate) { try transaction.insert(clash) }
                }
                #expect(throws: StoreError.duplicate) { try transaction.insert(token) }
                #expect(throws: StoreError.duplicate) { try transaction.insert(scene.consumerAccount) }
                #expect(throws: StoreError.duplicate) { try transaction.insert(scene.network) }
                #expect(throws: StoreError.duplicate) { try transaction.insert(scene.service) }
                #expect(throws: StoreError.duplicate) { try transaction.insert(request) }
            }
        },

        StoreContract("an update names the revision it read") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let request = scene.request()
            let endpoint = scene.samples.endpoint(of: request)
            try await store.write { transaction throws in
                try transaction.insert(request)
                try transaction.insert(endpoint)
                for revision in [1, 3] {
                    var (changed, moved, service) = (request, endpoint, scene.service)
                    (changed.revision, moved.revision, service.revision) = (revision, revision, revision)
                    #expect(throws: StoreError.stale) { try transaction.update(changed) }
                    #expect(throws: StoreError.stale) { try transaction.update(moved) }
                    #expect(throws: StoreError.stale) { try transaction.update(service) }
                }
            }
        },

        StoreContract("a token's use is no change of it") { store in
            let samples = StoreSamples()
            var token = samples.token()
            let now = samples.now
            try await store.write { [token] transaction throws in
                try transaction.insert(token)
                try transaction.touch(token.id, at: now)
            }
            token.lastUsedAt = now
            let storedToken = try await store.read { [token] in try $0.findToken(digest: token.digest) }
            #expect(storedToken == token)
            #expect(try await store.read { try $0.findToken(digest: "another") } == nil)
        },

        StoreContract("a network is removed, and known as used once a request names it") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let spare = scene.samples.network(of: scene.consumerAccount.id)
            let request = scene.request()
            try await store.write { transaction throws in
                try transaction.insert(spare)
                #expect(try !transaction.isUsed(scene.network.id))
                try transaction.insert(request)
                #expect(try transaction.isUsed(scene.network.id))
                #expect(try transaction.networks(of: scene.consumerAccount.id) == [scene.network, spare])
                try transaction.remove(spare.id)
                #expect(try transaction.find(spare.id) == nil)
                #expect(try transaction.networks(of: scene.consumerAccount.id) == [scene.network])
            }
        },

        StoreContract("replies are kept by subject and key, and the old ones go") { store in
            let samples = StoreSamples()
            let first = samples.reply(key: "k")
            let others = samples.reply(key: "k", subject: "bob")
            let again = samples.reply(key: "k")
            try await store.write { transaction throws in
                try transaction.keep(first)
                try transaction.keep(others)
                #expect(try transaction.reply(forKey: "k", subject: "ada") == first)
                try transaction.keep(again)
            }
            try await store.write { try $0.removeReplies(createdBefore: again.createdAt) }
            try await store.read { reader throws in
                #expect(try reader.reply(forKey: "k", subject: "ada") == again)
                #expect(try reader.reply(forKey: "k", subject: "bob") == nil)
            }
        },

        StoreContract("connections are replaced as a whole, and listed by native id") { store in
            let scene = StoreScene()
            try await scene.enter(store)
            let service = scene.service.id
            let ours: ID<Endpoint> = scene.samples.id()
            let first = [scene.samples.sighting("b"), scene.samples.sighting("c", endpoint: ours)]
            let second = ["e", "C", "c", "d"].map { scene.samples.sighting($0, endpoint: $0 == "d" ? ours : nil) }
            let twice = scene.samples.sighting("e", endpoint: ours)
            try await store.write { transaction throws in
                try transaction.replaceConnections(of: service, with: first)
                #expect(try transaction.connections(of: service, requested: nil, Page(limit: 9)) == first)
                #expect(try transaction.connections(of: service, requested: true, Page(limit: 9)) == [first[1]])
                #expect(try transaction.connections(of: service, requested: false, Page(limit: 9)) == [first[0]])
                try transaction.replaceConnections(of: service, with: second + [twice])
            }
            try await store.read { reader throws in
                let page = try reader.connections(of: service, requested: nil, Page(limit: 2))
                #expect(page == [second[1], second[2]])
                #expect(
                    try reader.connections(of: service, requested: nil, Page(limit: .max, after: "c"))
                        == [second[3], twice])
            }
        },
    ]
}
