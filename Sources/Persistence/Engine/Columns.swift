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

    /// Whether a column of the row holds this text, byte for byte: different bytes can read as the same text.
    func holds(_ text: String?, at index: Int32) -> Bool {
        guard var text else { return sqlite3_column_type(statement, index) == SQLITE_NULL }
        guard let bytes = sqlite3_column_text(statement, index) else { return false }
        let found = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, index)))
        return text.withUTF8 { $0.elementsEqual(found) }
    }
}

/// A column that holds something that this version does not understand.
struct UnreadableColumn: Error, CustomStringConvertible {
    let name: String
    let type: String
    var description: String { "the column \(name) holds no \(type) that this version of Postern understands" }
}
