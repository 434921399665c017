import Connectivity
import ControlPlane

extension Audience {
    /// The branches of a list whose entries belong to one team each.
    /// - Parameter team: the one team that is asked for; the audience is then a filter.
    func branches<Key>(
        of team: ID<Team>? = nil, index: String, column: String
    ) -> [KeysetList<Key>.Branch] {
        if let team { return [.init(index, Condition("\(column) = ?", team))] }
        return switch self {
        case .everything: [.init(nil)]
        case .teams(let teams): teams.sorted().map { .init(index, Condition("\(column) = ?", $0)) }
        }
    }
}
