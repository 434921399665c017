import Connectivity
import GRDBSQLite

/// What can be handed to a statement.
protocol SQLValue {
    /// - Returns: SQLite's result code.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

/// What can be read from a column.
protocol SQLColumn {
    /// nil if the column holds something else.
    static func read(_ statement: OpaquePointer, at index: Int32) -> Self?
}

extension Optional: SQLValue where Wrapped: SQLValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        self?.bind(to: statement, at: index) ?? sqlite3_bind_null(statement, index)
    }
}

extension Optional: SQLColumn where Wrapped: SQLColumn {
    static func read(_ statement: OpaquePointer, at index: Int32) -> Self? {
        guard sqlite3_column_type(statement, index) != SQLITE_NULL else { return .some(nil) }
        return Wrapped.read(statement, at: index).map(Optional.some)
    }
}

extension String: SQLValue, SQLColumn {
    /// SQLite copies the text before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                // An empty text may have no address, and an address that is missing would mean NULL.
                $0.baseAddress.map { sqlite3_bind_text(statement, index, $0, Int32(bytes.count), Self.transient) }
                    ?? sqlite3_bind_text(statement, index, "", 0, Self.transient)
            }
        }
    }

    static func read(_ statement: OpaquePointer, at index: Int32) -> String? {
        guard let bytes = sqlite3_column_text(statement, index) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, index))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}

extension Int: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, Int64(self))
    }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Int? {
        guard sqlite3_column_type(statement, index) == SQLITE_INTEGER else { return nil }
        return Int(sqlite3_column_int64(statement, index))
    }
}

extension Bool: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { (self ? 1 : 0).bind(to: statement, at: index) }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Bool? {
        Int.read(statement, at: index).map { $0 != 0 }
    }
}

/// Milliseconds since 1970.
extension Timestamp: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        Int(milliseconds).bind(to: statement, at: index)
    }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Timestamp? {
        Int.read(statement, at: index).map { Timestamp(milliseconds: Int64($0)) }
    }
}

/// Milliseconds.
extension Duration: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        let (seconds, attoseconds) = components
        return Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000).bind(to: statement, at: index)
    }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Duration? {
        Int.read(statement, at: index).map { .milliseconds($0) }
    }
}

extension ID: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { text.bind(to: statement, at: index) }

    static func read(_ statement: OpaquePointer, at index: Int32) -> ID? {
        String.read(statement, at: index).flatMap { ID($0) }
    }
}

extension ResourceName: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { text.bind(to: statement, at: index) }

    static func read(_ statement: OpaquePointer, at index: Int32) -> ResourceName? {
        String.read(statement, at: index).flatMap { ResourceName($0) }
    }
}

extension IPv4Address: SQLValue, SQLColumn {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { description.bind(to: statement, at: index) }

    static func read(_ statement: OpaquePointer, at index: Int32) -> IPv4Address? {
        String.read(statement, at: index).flatMap { IPv4Address($0) }
    }
}

/// An enumeration that is kept as its word.
protocol SQLWord: SQLValue, SQLColumn, RawRepresentable where RawValue == String {}

extension SQLWord {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { rawValue.bind(to: statement, at: index) }

    static func read(_ statement: OpaquePointer, at index: Int32) -> Self? {
        String.read(statement, at: index).flatMap { Self(rawValue: $0) }
    }
}

extension CloudProvider: SQLWord {}
extension Network.Source: SQLWord {}
extension PublishedService.Desired: SQLWord {}
extension PublishedService.Phase: SQLWord {}
extension EndpointRequest.Origin: SQLWord {}
extension EndpointRequest.State: SQLWord {}
extension Approval.Verdict: SQLWord {}
extension Approval.Origin: SQLWord {}
extension Endpoint.Mode: SQLWord {}
extension EndpointOptions.IPAddressType: SQLWord {}
extension Endpoint.Desired: SQLWord {}
extension Endpoint.Phase: SQLWord {}
extension Endpoint.Closing.Kind: SQLWord {}
extension CloudAction: SQLWord {}
extension Connection.Status: SQLWord {}
extension Event.Kind: SQLWord {}
extension Event.Actor.Kind: SQLWord {}
