import GRDBSQLite

/// One row of a running statement, read from left to right in the order of its columns.
struct Columns {
    private let statement: OpaquePointer
    private var index: Int32 = 0

    init(_ statement: OpaquePointer) { self.statement = statement }

    mutating func next<Value: SQLColumn>(_: Value.Type = Value.self) throws -> Value {
        defer { index += 1 }
        guard let value = Value.read(statement, at: index) else {
            let name = sqlite3_column_name(statement, index).map { String(cString: $0) } ?? "\(index)"
            throw UnreadableColumn(name: name, type: "\(Value.self)")
        }
        return value
    }
}

/// A column that holds something that this version does not understand.
struct UnreadableColumn: Error, CustomStringConvertible {
    let name: String
    let type: String
    var description: String { "the column \(name) holds no \(type) that this version of Postern understands" }
}
