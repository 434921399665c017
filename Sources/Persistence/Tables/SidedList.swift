import Connectivity
import ControlPlane

/// What lists of requests, approvals and endpoints have in common: every entry stands between a producer's and a
/// consumer's team, belongs to a service, and is in one of a few states.
struct SidedList<Subject: Identified, State: SQLWord & CaseIterable> {
    typealias Branch = KeysetList<ID<Subject>>.Branch

    let table: String
    let stateColumn: String
    let audience: Audience
    var state: State?
    var service: ID<PublishedService>?
    /// Whether the service belongs to one of the audience's teams, so that all its entries are to be shown.
    var isOwnService = false
    var team: ID<Team>?
    var account: ID<CloudAccount>?
    /// Only what these teams produce.
    var producers: [ID<Team>]?
    var filters: [Condition] = []

    /// The list, read along the index that leads to its entries by the shortest way.
    func page(_ page: Page<ID<Subject>>) -> KeysetList<ID<Subject>> {
        let route = route()
        var filters = filters
        if let service, route != .service { filters.append(Condition("service_id = ?", service)) }
        if let account, route != .account { filters.append(Condition("account_id = ?", account)) }
        if let team, route != .team {
            filters.append(Condition("(producer_team_id = ? OR consumer_team_id = ?)", team, team))
        }
        if let producers, route != .producers { filters.append(.anyOf("producer_team_id", in: producers)) }
        if case .teams(let teams) = audience, route != .audience,
            !(route == .team && team.map(teams.contains) ?? false)
        {
            filters.append(.anyOf("producer_team_id", "consumer_team_id", in: teams.sorted()))
        }
        return .newestFirst(table, page, branches: branches(along: route), filters: filters)
    }

    private enum Route { case producers, account, team, service, audience, everything }

    private func route() -> Route {
        if producers != nil { return .producers }
        if account != nil { return .account }
        if team != nil { return .team }
        guard case .teams = audience else { return service == nil ? .everything : .service }
        // A consumer's few among a popular service's many are found from the consumer's side.
        return service != nil && isOwnService ? .service : .audience
    }

    private func branches(along route: Route) -> [Branch] {
        switch route {
        case .producers: (producers ?? []).flatMap { stretches("producer", "producer_team_id", $0) }
        case .account: account.map { stretches("account", "account_id", $0) } ?? []
        case .team: team.map { bothSides(of: $0) } ?? []
        case .service: service.map { stretches("service", "service_id", $0) } ?? []
        case .audience:
            switch audience {
            case .everything: []
            case .teams(let teams): teams.sorted().flatMap { bothSides(of: $0) }
            }
        case .everything:
            state.map { [Branch("\(table)_by_\(stateColumn)", Condition("\(stateColumn) = ?", $0))] } ?? [Branch(nil)]
        }
    }

    private func bothSides(of team: ID<Team>) -> [Branch] {
        stretches("producer", "producer_team_id", team) + stretches("consumer", "consumer_team_id", team)
    }

    /// The stretches of one index in which a column has one value: one for each state.
    private func stretches(_ index: String, _ column: String, _ value: any SQLValue) -> [Branch] {
        (state.map { [$0] } ?? Array(State.allCases)).map {
            Branch(
                "\(table)_by_\(index)", Condition("\(column) = ?", value), Condition("\(stateColumn) = ?", $0))
        }
    }
}

extension SQLiteReading {
    /// Whether everything about the service is the audience's to see.
    func owns(_ service: ID<PublishedService>?, _ audience: Audience) throws -> Bool {
        guard let service, case .teams(let teams) = audience else { return false }
        let owner = try session.first("SELECT team_id FROM published_service WHERE id = $1", [service]) {
            try $0.next(ID<Team>.self)
        }
        return owner.map(teams.contains) ?? false
    }
}
