import Connectivity
import ControlPlane

/// A part of a `WHERE` clause with its values; `?` stands for each.
struct Condition {
    let sql: String
    let values: [any SQLValue]

    init(_ sql: String, _ values: any SQLValue...) {
        self.sql = sql
        self.values = values
    }

    init(_ sql: String, all values: [any SQLValue]) {
        self.sql = sql
        self.values = values
    }

    /// Whether one of the columns names one of the teams.
    static func anyOf(_ columns: String..., in teams: [ID<Team>]) -> Condition {
        let places = teams.map { _ in "?" }.joined(separator: ", ")
        let sql = columns.map { "\($0) IN (\(places))" }.joined(separator: " OR ")
        return Condition("(\(sql))", all: columns.flatMap { _ -> [any SQLValue] in teams })
    }
}

/// A page of a list that is read from where it starts, in the order of an index, so that its cost does not depend on
/// how much there is.
///
/// "Of one of my teams, on either side, in any state" is no single stretch of an index, but one of several branches
/// each. Their merge is in order by itself: SQLite reads as much of each as the page needs.
struct KeysetList<Key: SQLValue & SQLColumn & Hashable & Comparable> {
    /// One stretch of one index.
    struct Branch {
        /// nil: the table's primary key.
        let index: String?
        let conditions: [Condition]
        /// Where the branch is read from, if not from the list's own table.
        var detour: Detour?

        struct Detour {
            let table: String
            let key: String
            /// The list's filters, as they are said of that table.
            let filters: [Condition]
        }

        init(_ index: String?, _ conditions: Condition..., detour: Detour? = nil) {
            self.index = index
            self.conditions = conditions
            self.detour = detour
        }
    }

    /// SQLite takes no more terms than 500 in one compound statement.
    static var branchesPerStatement: Int { 250 }
    /// Statements beyond this are prepared anew each time: they come in too many sizes to be kept.
    static var branchesPerKeptStatement: Int { 40 }

    let table: String
    /// The index of the key, where the key is not the table's own order.
    var primaryIndex: String?
    let key: String
    let isDescending: Bool
    let start: any SQLValue
    let branches: [Branch]
    /// What must hold besides, whatever the branch.
    let filters: [Condition]
    let limit: Int

    /// The keys of the page, in order. An entry that is on several branches counts once.
    func keys(in session: Session) throws -> [Key] {
        guard limit > 0 else { return [] }
        var keys: [Key] = []
        for start in stride(from: 0, to: branches.count, by: Self.branchesPerStatement) {
            let part = branches[start..<min(start + Self.branchesPerStatement, branches.count)]
            let (sql, values) = statement(selecting: key, from: part)
            var found: [Key] = []
            try session.forEach(sql, values, isKept: part.count <= Self.branchesPerKeptStatement) { columns in
                let key: Key = try columns.next()
                if found.last != key { found.append(key) }
                return found.count < limit
            }
            keys += found
        }
        guard branches.count > Self.branchesPerStatement else { return keys }
        let ordered = isDescending ? Set(keys).sorted(by: >) : Set(keys).sorted()
        return Array(ordered.prefix(limit))
    }

    /// The page itself.
    /// - Parameters:
    ///   - columns: what `decode` reads.
    ///   - find: reads one entry by its key.
    func records<Record>(
        in session: Session, columns: String, _ decode: (inout Columns) throws -> Record,
        find: (Key) throws -> Record?
    ) throws -> [Record] {
        guard branches.count == 1, limit > 0 else { return try keys(in: session).compactMap(find) }
        let (sql, values) = statement(selecting: columns, from: branches[...])
        var records: [Record] = []
        try session.forEach(sql, values) { columns in
            records.append(try decode(&columns))
            return records.count < limit
        }
        return records
    }

    private func statement(
        selecting columns: String, from branches: ArraySlice<Branch>
    ) -> (sql: String, values: [any SQLValue]) {
        var values: [any SQLValue] = []
        let selects = branches.map { branch in
            let table = branch.detour?.table ?? table
            let key = branch.detour?.key ?? key
            let index = branch.index ?? (branch.detour == nil ? primaryIndex : nil)
            let from = index.map { "\(table) INDEXED BY \($0)" } ?? table
            let conditions =
                branch.conditions + [Condition("\(key) \(isDescending ? "<" : ">") ?", start)]
                + (branch.detour?.filters ?? filters)
            values += conditions.flatMap(\.values)
            let result = branch.detour?.key ?? columns
            return "SELECT \(result) FROM \(from) WHERE \(conditions.map(\.sql).joined(separator: " AND "))"
        }
        return ("\(selects.joined(separator: " UNION ALL ")) ORDER BY \(key)\(isDescending ? " DESC" : "")", values)
    }
}

/// Sorts behind every id.
private let pastEveryID = "\u{7F}"

extension KeysetList {
    /// A list in the order of ids, newest first.
    static func newestFirst<Subject>(
        _ table: String, _ page: Page<ID<Subject>>, branches: [Branch], filters: [Condition]
    ) -> KeysetList where Key == ID<Subject> {
        KeysetList(
            table: table, primaryIndex: "sqlite_autoindex_\(table)_1", key: "id",
            isDescending: true, start: page.after?.text ?? pastEveryID, branches: branches,
            filters: filters, limit: page.limit)
    }
}
