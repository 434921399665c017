/// The statements that every table has, put together once: they are on the path of every request.
struct TableText: Sendable {
    let name: String
    let columns: String
    /// Inserts a row of all columns.
    let insert: String
    let findByID: String

    init(_ name: String, columns: String, count: Int) {
        self.name = name
        self.columns = columns
        insert = "INSERT INTO \(name) (\(columns)) VALUES (\(Self.places(count)))"
        findByID = "SELECT \(columns) FROM \(name) WHERE id = $1"
    }

    /// `$1, $2, …, $count`
    static func places(_ count: Int) -> String { (1...count).map { "$\($0)" }.joined(separator: ", ") }
}
