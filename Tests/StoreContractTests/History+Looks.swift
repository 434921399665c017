import Connectivity
import ControlPlane

extension History {
    /// A read, of which any may come at any time.
    mutating func look() -> Step {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return lookAtTeams()
        case 1: return lookAtAccounts()
        case 2: return lookAtServices()
        case 3...6: return lookAtRequests()
        case 7: return lookAtApprovals()
        case 8...9: return lookAtEndpoints()
        case 10: return lookAtWork()
        default: return lookAtEvents()
        }
    }

    private mutating func page<Subject>(_ ids: [ID<Subject>]) -> Page<ID<Subject>> {
        Page(limit: pick([1, 3, 200, .max]) ?? 3, after: random.chance(1, in: 2) ? pick(ids) : nil)
    }

    private mutating func audience() -> Audience {
        random.chance(1, in: 3)
            ? .everything
            : .teams(
                Set(known.teams.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).map(\.id)))
    }

    private mutating func lookAtTeams() -> Step {
        let (page, tokenPage) = (page(known.teams.map(\.id)), page(known.tokens.map(\.id)))
        let subject = pick([nil, "ada", "nobody"]) ?? nil
        if random.chance(1, in: 2) { return Step(name: "teams") { .teams(try $0.teams(page)) } }
        return Step(name: "tokens") { .tokens(try $0.tokens(subject: subject, tokenPage)) }
    }

    private mutating func lookAtAccounts() -> Step {
        let audience = audience()
        let query = AccountQuery(audience: audience, team: maybe(known.teams)?.id, provider: maybe([.aws, .gcp]))
        let networks = NetworkQuery(audience: audience, account: maybe(known.accounts)?.id)
        let (page, networkPage) = (page(known.accounts.map(\.id)), page(known.networks.map(\.id)))
        if random.chance(1, in: 2) { return Step(name: "accounts") { .accounts(try $0.accounts(query, page)) } }
        return Step(name: "networks") { .networks(try $0.networks(networks, networkPage)) }
    }

    private mutating func lookAtServices() -> Step {
        let query = ServiceQuery(
            audience: audience(), team: maybe(known.teams)?.id, provider: maybe([.aws, .gcp]),
            phase: maybe(PublishedService.Phase.allCases))
        let page = page(known.services.map(\.id))
        return Step(name: "services \(query)") { .services(try $0.services(query, page)) }
    }

    private mutating func lookAtRequests() -> Step {
        var query = RequestQuery(
            audience: audience(), state: maybe(EndpointRequest.State.allCases), service: maybe(known.services)?.id,
            team: maybe(known.teams)?.id, account: maybe(known.accounts)?.id)
        if random.chance(1, in: 4) {
            let teams = random.chance(1, in: 3) ? nil : Set(known.teams.shuffled(using: &random).prefix(2).map(\.id))
            query.awaiting = .init(teams: teams, subject: pick(["olga", "oscar"]) ?? "olga")
        }
        let page = page(known.requests.map(\.id))
        return Step(name: "requests \(query)") { [query] in .requests(try $0.requests(query, page)) }
    }

    private mutating func lookAtApprovals() -> Step {
        let query = ApprovalQuery(
            audience: audience(), service: maybe(known.services)?.id, verdict: maybe(Approval.Verdict.allCases),
            team: maybe(known.teams)?.id)
        let limit = pick([1, 4, 200]) ?? 1
        return Step(name: "approvals \(query)") { .approvals(try $0.approvals(query, Page(limit: limit))) }
    }

    private mutating func lookAtEndpoints() -> Step {
        let query = EndpointQuery(
            audience: audience(), phase: maybe(Endpoint.Phase.allCases), service: maybe(known.services)?.id,
            team: maybe(known.teams)?.id, account: maybe(known.accounts)?.id)
        let page = page(known.endpoints.map(\.id))
        return Step(name: "endpoints \(query)") { .endpoints(try $0.endpoints(query, page)) }
    }

    private mutating func lookAtWork() -> Step {
        let (now, limit) = (instant(), Int.random(in: 1...4, using: &random))
        let (service, account) = (pick(known.services), pick(known.accounts))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Step(name: "overdue requests") { .requests(try $0.requests(expiredAt: now, limit: limit)) }
        case 1: return Step(name: "overdue endpoints") { .endpoints(try $0.endpoints(expiredAt: now, limit: limit)) }
        case 2:
            return Step(name: "open endpoints") { transaction in
                guard let service, let account else { return .done }
                return .endpoints(try transaction.openEndpoints(of: service.id, account: account.id))
            }
        default:
            let (requested, after) = (pick([nil, true, false]) ?? nil, pick([nil, "vpce-1"]) ?? nil)
            return Step(name: "connections") { transaction in
                guard let service else { return .done }
                return .connections(
                    try transaction.connections(of: service.id, requested: requested, Page(limit: limit, after: after)))
            }
        }
    }

    private mutating func lookAtEvents() -> Step {
        let query = EventQuery(
            audience: audience(), kind: maybe([.requestFiled, .auditorRead]), service: maybe(known.services)?.id,
            request: maybe(known.requests)?.id, endpoint: maybe(known.endpoints)?.id, team: maybe(known.teams)?.id)
        let page = Page<Int>(limit: pick([1, 5, .max]) ?? 1, after: pick([nil, 3, 40]) ?? nil)
        return Step(name: "events \(query)") { .events(try $0.events(query, page)) }
    }
}
