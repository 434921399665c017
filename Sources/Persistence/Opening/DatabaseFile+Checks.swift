import GRDB

extension DatabaseFile {
    /// Looks at the database through a connection that cannot write, before there is one that can: closing that one
    /// would copy the log into a file that turns out to be damaged, and remove the log.
    func check(_ body: (Database) throws -> Void) throws {
        // Only a writer can undo what was cut off, and then it looks for itself.
        guard !hasJournal else { return }
        do {
            let reader = try DatabaseQueue(path: path, configuration: ConnectionSettings.reader(cache: 4096))
            try reader.writeWithoutTransaction(body)
            try reader.close()
        } catch {
            throw explain(error)
        }
    }

    /// Reads every page of a database that is small enough for it to take no time worth mentioning, and compares the
    /// indexes with their tables. A damaged page of a larger one is met by whoever reads it, and by the next backup.
    func checkPages(_ database: Database) throws {
        // 64 MiB take about half a second.
        guard size ?? 0 <= 64 << 20 else { return }
        try checkAllPages(database)
    }

    /// Reads every page and compares the indexes with their tables, however long that takes.
    func checkAllPages(_ database: Database) throws {
        let found = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "it cannot be checked"
        guard found == "ok" else {
            let detail = found.split(separator: "\n").last.map(String.init) ?? found
            throw StoreOpenError.damaged(path: path, detail: detail)
        }
    }

    /// Whose database it is, and of which version.
    /// - Parameter isComplete: whether its tables, indexes and triggers have to be those of its version, and no others.
    /// - Returns: the schema's version.
    func checkSchema(_ database: Database, isComplete: Bool = true) throws -> Int {
        let version = try Schema.version(of: database)
        let parts = try Schema.parts(of: database)
        let isOurs = try Schema.applicationID(of: database) == Schema.applicationID
        guard !parts.isEmpty || version > 0 else { throw StoreOpenError.empty(path: path) }
        guard isOurs else { throw StoreOpenError.foreign(path: path) }
        guard version > 0 else { throw StoreOpenError.damaged(path: path, detail: "it has no version") }
        guard version <= Schema.newestVersion else {
            throw StoreOpenError.newer(path: path, found: version, known: Schema.newestVersion)
        }
        if isComplete { try compare(parts, with: try Schema.expectedParts(ofVersion: version)) }
        return version
    }

    private func compare(_ parts: Set<Schema.Part>, with expected: Set<Schema.Part>) throws(StoreOpenError) {
        if let lost = expected.subtracting(parts).min() {
            let isChanged = parts.contains { $0.name == lost.name }
            throw .damaged(
                path: path, detail: "the \(lost.kind) \(lost.name) is \(isChanged ? "not as it was made" : "missing")")
        }
        if let added = parts.subtracting(expected).min() {
            throw .extended(path: path, part: "the \(added.kind) \(added.name)")
        }
    }
}
