import GRDB

extension Schema {
    /// A table, an index or a trigger, as SQLite keeps it.
    struct Part: Hashable, Comparable {
        let kind: String
        let name: String
        /// The statement that made it, written as always: releases of SQLite differ in how they write what `ALTER TABLE`
        /// has changed.
        let statement: String

        static func < (one: Self, other: Self) -> Bool { one.name < other.name }
    }

    /// All that the tables consist of, but for what SQLite makes by itself.
    static func parts(of database: Database) throws -> Set<Part> {
        let rows = try Row.fetchAll(
            database, sql: "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        return Set(rows.map { Part(kind: $0[0], name: $0[1], statement: canonical($0[2])) })
    }

    static func expectedParts(ofVersion version: Int) throws -> Set<Part> {
        try DatabaseQueue().writeWithoutTransaction { database in
            try migrate(database, to: version)
            return try parts(of: database)
        }
    }

    /// The tokens of a statement with one space between them; a name in quotes that needs none is without.
    static func canonical(_ statement: String) -> String {
        var tokens: [Substring] = []
        var rest = statement[...]
        while let first = rest.first {
            let token: Substring
            switch first {
            case "'", "\"", "`":
                // A doubled quote inside reads as two tokens, in both of the statements that are compared.
                let end = rest.dropFirst().firstIndex(of: first).map { rest.index(after: $0) } ?? rest.endIndex
                token = rest[..<end]
            case _ where isInName(first): token = rest.prefix(while: isInName)
            default: token = rest.prefix(1)
            }
            rest = rest[token.endIndex...]
            let inner = token.dropFirst().dropLast()
            if first == "\"" || first == "`", !inner.isEmpty, inner.allSatisfy(isInName) {
                tokens.append(inner)
            } else if !first.isWhitespace {
                tokens.append(token)
            }
        }
        return tokens.joined(separator: " ")
    }

    private static func isInName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
}
