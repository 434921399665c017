import Connectivity
import ControlPlane
import TestSupport

extension History {
    mutating func change() -> Step {
        // Without parents there is nothing to make children of.
        guard known.teams.count >= 2, !known.accounts.isEmpty, !known.networks.isEmpty, !known.services.isEmpty else {
            return found()
        }
        switch Int.random(in: 0..<26, using: &random) {
        case 0: return found()
        case 1...4: return file()
        case 5...7: return resolve()
        case 8...10: return approve()
        case 11...13: return move()
        case 14: return changeService()
        case 15: return changeAccount()
        case 16: return changeNetwork()
        case 17: return token()
        case 18: return collide()
        case 19...20: return claim()
        case 21: return reschedule()
        case 22: return connections()
        case 23...24: return append()
        default: return reply()
        }
    }

    private mutating func found() -> Step {
        let team = samples.team()
        let account = samples.account(of: pick(known.teams)?.id ?? team.id, provider: pick([.aws, .gcp]) ?? .aws)
        let network = samples.network(of: account.id)
        let visibility: PublishedService.Visibility =
            random.chance(1, in: 2) ? .everyone : .teams(Set(known.teams.shuffled(using: &random).prefix(2).map(\.id)))
        let service = samples.service(of: account, visibility: visibility)
        known.teams.append(team)
        known.accounts.append(account)
        known.networks.append(network)
        known.services.append(service)
        return Step(name: "found") { transaction in
            try transaction.insert(team)
            try transaction.insert(account)
            try transaction.insert(network)
            try transaction.insert(service)
            return .done
        }
    }

    private mutating func file() -> Step {
        guard let service = pick(known.services), let network = pick(known.networks),
            let account = known.accounts.first(where: { $0.id == network.accountID })
        else { return found() }
        let request = samples.request(
            for: service, from: network, of: account, subnet: pick(["subnet-1", "subnet-2"]) ?? "subnet-1")
        known.requests.append(request)
        known.usedNetworks.insert(network.id)
        return Step(name: "file") { transaction in
            let live = try transaction.findLiveRequest(
                service: service.id, network: network.id, subnet: request.subnet ?? "")
            try transaction.insert(request)
            return .requests(live.map { [$0] } ?? [])
        }
    }

    /// The next revision, or one that is meant to be refused.
    private mutating func revision(after current: Int) -> Int { current + (random.chance(1, in: 8) ? 2 : 1) }

    private mutating func resolve() -> Step {
        guard let index = known.requests.indices.randomElement(using: &random) else { return file() }
        var request = known.requests[index]
        request.state = pick(EndpointRequest.State.allCases) ?? .approved
        request.resolvedAt = instant()
        request.endpointID = pick(known.endpoints)?.id
        request.updatedAt = instant()
        let isRefused = revision(after: request.revision) != request.revision + 1
        request.revision += isRefused ? 2 : 1
        if !isRefused { known.requests[index] = request }
        return Step(name: "resolve") { [request] transaction in
            try transaction.update(request)
            return .done
        }
    }

    private mutating func approve() -> Step {
        guard let request = pick(known.requests) else { return file() }
        let approval = samples.approval(
            of: request, pick(Approval.Verdict.allCases) ?? .approve, by: pick(["olga", "oscar"]) ?? "olga")
        let endpoint = samples.endpoint(of: request)
        let makesEndpoint = random.chance(2, in: 3)
        if makesEndpoint { known.endpoints.append(endpoint) }
        return Step(name: "approve") { transaction in
            try transaction.insert(approval)
            if makesEndpoint { try transaction.insert(endpoint) }
            return .approvals(try transaction.approvals(of: request.id))
        }
    }

    private mutating func move() -> Step {
        guard let index = known.endpoints.indices.randomElement(using: &random) else { return approve() }
        var endpoint = known.endpoints[index]
        endpoint.desired = pick(Endpoint.Desired.allCases) ?? .present
        endpoint.phase = pick(Endpoint.Phase.allCases) ?? .active
        endpoint.observed.nativeID = pick([nil, "vpce-1", "vpce-2"]) ?? nil
        endpoint.observed.addresses = pick([[], ["10.0.1.5"], ["10.0.1.5", "10.0.1.6"]]) ?? []
        endpoint.lastError = fault()
        endpoint.schedule = schedule()
        endpoint.expiresAt = random.chance(1, in: 2) ? instant() : nil
        endpoint.closing =
            random.chance(1, in: 4)
            ? .init(kind: pick(Endpoint.Closing.Kind.allCases) ?? .revoked, by: "olga", reason: "r", at: instant())
            : nil
        let isRefused = revision(after: endpoint.revision) != endpoint.revision + 1
        endpoint.revision += isRefused ? 2 : 1
        if !isRefused { known.endpoints[index] = endpoint }
        return Step(name: "move") { [endpoint] transaction in
            try transaction.update(endpoint)
            return .endpoints(try transaction.openEndpoints(of: endpoint.serviceID))
        }
    }

    private mutating func changeService() -> Step {
        guard let index = known.services.indices.randomElement(using: &random) else { return found() }
        var service = known.services[index]
        service.visibility =
            random.chance(1, in: 3)
            ? .everyone : .teams(Set(known.teams.shuffled(using: &random).prefix(3).map(\.id)))
        service.phase = pick(PublishedService.Phase.allCases) ?? .available
        service.policy.denyList.accounts = Set(known.accounts.prefix(2).map(\.id))
        service.policy.maximumLifetime = pick([nil, .seconds(9)]) ?? nil
        service.lastError = fault()
        service.schedule = schedule()
        service.revision += 1
        known.services[index] = service
        return Step(name: "change service") { [service] transaction in
            try transaction.update(service)
            return .services([try transaction.find(service.id)].compactMap { $0 })
        }
    }

    private mutating func changeAccount() -> Step {
        guard let index = known.accounts.indices.randomElement(using: &random) else { return found() }
        var account = known.accounts[index]
        account.teamID = pick(known.teams)?.id ?? account.teamID
        account.networksObservedAt = instant()
        account.lastError = fault()
        account.schedule = schedule()
        account.revision += 1
        known.accounts[index] = account
        return Step(name: "change account") { [account] transaction in
            try transaction.update(account)
            return .accounts([try transaction.find(account.id)].compactMap { $0 })
        }
    }

    private mutating func changeNetwork() -> Step {
        guard let index = known.networks.indices.randomElement(using: &random) else { return found() }
        var network = known.networks[index]
        if random.chance(1, in: 2), !known.usedNetworks.contains(network.id), known.networks.count > 1 {
            known.networks.remove(at: index)
            return Step(name: "remove network") { [network] transaction in
                let isUsed = try transaction.isUsed(network.id)
                try transaction.remove(network.id)
                return .yes(isUsed)
            }
        }
        network.name = "renamed"
        network.subnets = Array(network.subnets.dropLast())
        network.revision += 1
        known.networks[index] = network
        return Step(name: "change network") { [network] transaction in
            try transaction.update(network)
            return .networks(try transaction.networks(of: network.accountID))
        }
    }

    private mutating func token() -> Step {
        if random.chance(1, in: 2), let index = known.tokens.indices.randomElement(using: &random) {
            var token = known.tokens[index]
            let used = instant()
            token.revokedAt = instant()
            token.revision += 1
            known.tokens[index] = token
            return Step(name: "revoke") { [token] transaction in
                try transaction.touch(token.id, at: used)
                try transaction.update(token)
                return .tokens([try transaction.findToken(digest: token.digest)].compactMap { $0 })
            }
        }
        let token = samples.token(
            subject: pick(["ada", "bob"]) ?? "ada", teams: Set(known.teams.prefix(2).map(\.id)))
        known.tokens.append(token)
        return Step(name: "issue") { transaction in
            try transaction.insert(token)
            return .done
        }
    }

    /// Things that are there already, and changes of what is not.
    private mutating func collide() -> Step {
        let (team, account, service) = (pick(known.teams), pick(known.accounts), pick(known.services))
        let (request, endpoint) = (pick(known.requests), pick(known.endpoints))
        let unknown: ID<Endpoint> = samples.id()
        let schedule = schedule()
        let choice = Int.random(in: 0..<6, using: &random)
        return Step(name: "collide") { transaction in
            switch choice {
            case 0: try team.map { try transaction.insert($0) }
            case 1: try account.map { try transaction.insert($0) }
            case 2: try service.map { try transaction.insert($0) }
            case 3: try request.map { try transaction.insert($0) }
            case 4: try endpoint.map { try transaction.insert($0) }
            default: try transaction.reschedule(unknown, schedule)
            }
            return .done
        }
    }

    private mutating func claim() -> Step {
        let (now, lease, limit) = (instant(), lease(), Int.random(in: 0...3, using: &random))
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            return Step(name: "claim endpoints") {
                .endpoints(try $0.claimDueEndpoints(at: now, lease: lease, limit: limit))
            }
        case 1:
            return Step(name: "claim services") {
                .services(try $0.claimDueServices(at: now, lease: lease, limit: limit))
            }
        default:
            return Step(name: "claim accounts") {
                .accounts(try $0.claimDueAccounts(at: now, lease: lease, limit: limit))
            }
        }
    }

    private mutating func reschedule() -> Step {
        let (endpoint, service, account) = (pick(known.endpoints), pick(known.services), pick(known.accounts))
        let schedule = schedule()
        return Step(name: "reschedule") { transaction in
            try endpoint.map { try transaction.reschedule($0.id, schedule) }
            try service.map { try transaction.reschedule($0.id, schedule) }
            try account.map { try transaction.reschedule($0.id, schedule) }
            return .done
        }
    }

    private mutating func connections() -> Step {
        guard let service = pick(known.services) else { return found() }
        let sightings = ["vpce-3", "vpce-1", "vpce-2", "vpce-1"].prefix(Int.random(in: 0...4, using: &random)).map {
            samples.sighting($0, endpoint: maybe(known.endpoints)?.id)
        }
        return Step(name: "connections") { transaction in
            try transaction.replaceConnections(of: service.id, with: sightings)
            return .done
        }
    }

    private mutating func append() -> Step {
        var subjects = Event.Subjects(
            teamID: maybe(known.teams)?.id, accountID: maybe(known.accounts)?.id, serviceID: maybe(known.services)?.id,
            requestID: maybe(known.requests)?.id, endpointID: maybe(known.endpoints)?.id)
        if random.chance(1, in: 2) {
            subjects.producerTeamID = pick(known.teams)?.id
            subjects.consumerTeamID = pick(known.teams)?.id
        }
        let draft = samples.event(
            pick([.requestFiled, .endpointMoved, .auditorRead]) ?? .requestFiled, about: subjects)
        return Step(name: "append") { transaction in
            try transaction.append(draft)
            return .done
        }
    }

    private mutating func reply() -> Step {
        let reply = samples.reply(key: pick(["k1", "k2"]) ?? "k1", subject: pick(["ada", "bob"]) ?? "ada")
        let oldest: Timestamp? = random.chance(1, in: 4) ? instant() : nil
        return Step(name: "reply") { transaction in
            let before = try transaction.reply(forKey: reply.key, subject: reply.subject)
            try transaction.keep(reply)
            if let oldest { try transaction.removeReplies(createdBefore: oldest) }
            return .reply(before)
        }
    }
}
