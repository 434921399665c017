import Connectivity
import ControlPlane
import Testing
import TestSupport

/// Filing and deciding, as people meet it.
@Suite struct RequestUseCaseTests {
    private func code(_ body: () async throws -> Void) async -> ControlPlaneError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ControlPlaneError)?.code
        }
    }

    @Test func overlappingNetworksAreAFindingNotAnObstacle() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let request = try await world.file(registry)
        #expect(request.state == .pending && request.findings.map(\.code) == [.cidrOverlap])
        #expect(request.consumerTeamID == registry.consumers && request.producerTeamID == registry.producers)
    }

    @Test func aDuplicateIsRefusedWithALink() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let first = try await world.file(registry)
        func refusal() async -> ControlPlaneError? {
            do {
                _ = try await world.file(registry)
                return nil
            } catch { return error as? ControlPlaneError }
        }
        #expect(await refusal()?.existing == first.id)
        let id = try #require(try await world.decide(first.id, registry).endpointID)
        #expect(await refusal()?.existing == first.id, "live, not only pending")
        await world.settle(world.reconciler(), rounds: 2)
        try await world.revoke(id, registry)
        await world.settle(world.reconciler(), rounds: 2)
        #expect(await refusal() == nil, "closed: it may be asked for again")
    }

    @Test func allFaultsAtOnce() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let filing = EndpointRequests.Filing(
            service: .id(registry.service), networkID: registry.network, subnet: world.consumer.subnet.name,
            mode: .managed, nativeEndpointID: "x", requestedAddress: IPv4Address("192.168.0.1"),
            options: EndpointOptions(securityGroups: ["sg-1"]), reason: "short", ticket: nil,
            lifetime: .until(world.clock.now))
        do {
            _ = try await world.store.write { [world] in
                try world.useCases.requests.file(filing, by: world.caller("alice", [registry.consumers]), in: $0)
            }
            Issue.record("it was taken")
        } catch let error as ControlPlaneError {
            #expect(error.code == .unprocessable)
            #expect(
                Set(error.faults.map(\.pointer)) == [
                    "/reason", "/until", "/native_endpoint_id", "/options/security_groups", "/requested_address",
                ])
        }
        #expect(
            try await world.store.read { try $0.requests(RequestQuery(audience: .everything), Page(limit: 1)) }.isEmpty)
    }

    @Test func twoApprovalsByTwoPeople() async throws {
        var policy = Services.PolicyWish()
        policy.approvalsRequired = 2
        let world = try World(.aws)
        let registry = try await world.register(policy)
        let request = try await world.file(registry)
        #expect(try await world.decide(request.id, registry, by: "bob").state == .pending)
        #expect(await code { try await world.decide(request.id, registry, by: "bob") } == .alreadyDecided)
        #expect(try await world.decide(request.id, registry, by: "carol").state == .approved)
        #expect(await code { try await world.decide(request.id, registry, by: "dave") } == .alreadyResolved)
    }

    @Test func oneRejectionIsEnough() async throws {
        var policy = Services.PolicyWish()
        policy.approvalsRequired = 2
        let world = try World(.aws)
        let registry = try await world.register(policy)
        let request = try await world.file(registry)
        try await world.decide(request.id, registry, by: "bob")
        let rejected = try await world.decide(request.id, registry, .reject, by: "bob")
        #expect(rejected.state == .rejected && rejected.endpointID == nil)
    }

    @Test func nobodyApprovesTheirOwn() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let request = try await world.file(registry, by: "bob")
        #expect(await code { try await world.decide(request.id, registry, by: "bob") } == .ownRequest)
        #expect(try await world.request(request.id) == request, "nothing has changed")
    }

    @Test func outsidersDecideNothing() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let request = try await world.file(registry)
        let outsider = world.caller("eve", [registry.consumers])
        #expect(
            await code {
                _ = try await world.store.write { [world] in
                    try world.useCases.requests.decide(
                        request.id, .approve, reason: "me too", if: .none, by: outsider, in: $0)
                }
            } == .forbidden)
    }

    @Test func listsDecideAtOnce() async throws {
        for isAccepted in [true, false] {
            let world = try World(.gcp)
            let registry = try await world.register()
            var amendment = Services.Amendment()
            let list = Services.ConsumerListWish(teams: [.id(registry.consumers)], accounts: [])
            if isAccepted { amendment.policy.acceptList = list } else { amendment.policy.denyList = list }
            _ = try await world.store.write { [world, amendment] in
                try world.useCases.services.change(
                    .id(registry.service), amendment, if: .none, by: world.admin, in: $0)
            }
            let request = try await world.file(registry)
            #expect(request.state == (isAccepted ? .approved : .rejected))
            #expect((request.endpointID != nil) == isAccepted)
            let approvals = try await world.store.read { try $0.approvals(of: request.id) }
            #expect(approvals.map(\.origin) == [.policy])
        }
    }

    /// The limit of the day of the approval holds.
    @Test(arguments: [EndpointRequest.Lifetime.untilRevoked, .lasting(.seconds(7200))])
    func noApprovalOutlivesThePolicy(lifetime: EndpointRequest.Lifetime) async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let request = try await world.file(registry, lifetime: lifetime)
        func limit(to seconds: Int) async throws {
            var amendment = Services.Amendment()
            amendment.policy.maximumLifetime = .set(.seconds(seconds))
            _ = try await world.store.write { [world, amendment] in
                try world.useCases.services.change(
                    .id(registry.service), amendment, if: .none, by: world.admin, in: $0)
            }
        }
        try await limit(to: 7199)
        #expect(await code { try await world.decide(request.id, registry) } == .notPossibleNow)
        #expect(try await world.request(request.id).state == .pending)
        guard lifetime != .untilRevoked else { return }
        try await limit(to: 7200)
        #expect(try await world.decide(request.id, registry).state == .approved)
    }

    @Test func undecidedOnesExpire() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let request = try await world.file(registry)
        world.clock.advance(by: .seconds(14 * 86_400))
        #expect(
            await code { try await world.decide(request.id, registry) } == .alreadyResolved,
            "time decides, not the moment at which the expiry is recorded")
        await world.reconciler().runUntilSettled()
        #expect(try await world.request(request.id).state == .expired)
    }

    @Test func staleReadersChangeNothing() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let request = try await world.file(registry)
        let owner = world.caller("bob", [registry.producers])
        #expect(
            await code {
                _ = try await world.store.write { [world] in
                    try world.useCases.requests.decide(
                        request.id, .approve, reason: "fine", if: .anyOf([request.revision + 1]), by: owner, in: $0)
                }
            } == .preconditionFailed)
        #expect(try await world.request(request.id).state == .pending)
    }

    /// Whoever let an account in, and why, is in the log, in order and without gaps.
    @Test func theLogTellsWhoLetWhomIn() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        let id = try await world.approved(registry)
        await world.settle(world.reconciler(), rounds: 1)
        let events = try await world.events()
        #expect(events.map(\.sequence) == Array(1...events.count))
        let story = events.filter { $0.subjects.endpointID == id || $0.subjects.requestID != nil }.map(\.kind)
        #expect(story.starts(with: [.requestFiled, .approvalGiven, .requestApproved, .endpointCreated]))
        let approval = try #require(events.first { $0.kind == .approvalGiven })
        #expect(approval.actor.subject == "bob" && approval.detail["reason"] == "fine")
    }
}
