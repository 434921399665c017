import ControlPlane

/// The members of one object of a body, read by their names. What was not read at the end is unknown, and a fault.
struct BodyFields {
    private var members: [String: JSONValue]
    private let order: [String]
    private let pointer: String
    private let faults: BodyFaults

    init(_ members: [JSONValue.Member], at pointer: String, faults: BodyFaults) {
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        order = members.map(\.name)
        self.pointer = pointer
        self.faults = faults
    }

    mutating func required<Value>(_ name: String, _ format: BodyFormat<Value>) -> Value? {
        guard let value = take(name) else {
            refuse(name, "is missing")
            return nil
        }
        return format.read(value, at(name), faults)
    }

    /// A field that may be absent or null: both mean that there is no value.
    mutating func optional<Value>(_ name: String, _ format: BodyFormat<Value>) -> Value? {
        guard let value = take(name), value != .null else { return nil }
        return format.read(value, at(name), faults)
    }

    /// A field that may be absent, and then has a value of its own; null is not that value.
    mutating func defaulted<Value>(_ name: String, _ format: BodyFormat<Value>, to standard: Value) -> Value? {
        guard let value = take(name) else { return standard }
        return format.read(value, at(name), faults)
    }

    /// A field of a change that cannot be removed: absent leaves it as it is, and null is a fault.
    mutating func replacement<Value>(_ name: String, _ format: BodyFormat<Value>) -> Value? {
        take(name).flatMap { format.read($0, at(name), faults) }
    }

    /// A field of a change that can be removed: absent leaves it as it is, null removes it.
    mutating func change<Value>(_ name: String, _ format: BodyFormat<Value>) -> Change<Value> {
        guard let value = take(name) else { return .keep }
        guard value != .null else { return .set(nil) }
        return format.read(value, at(name), faults).map { .set($0) } ?? .keep
    }

    /// Whether the object has the field and it was not read yet, whatever its value.
    func has(_ name: String) -> Bool { members[name] != nil }

    func refuse(_ name: String, _ detail: String) { faults.add(at(name), detail) }

    func refuseTheRest() {
        for name in order where members[name] != nil { refuse(name, "is not a field of this object") }
    }

    private func at(_ name: String) -> String { pointer + JSONPointer.token(name) }

    private mutating func take(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }
}
