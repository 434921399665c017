import Connectivity

/// The parameters of a query, read by their names. What was not read at the end is unknown, and a fault; so is a
/// parameter that comes twice.
struct QueryReader {
    private var items: [String: String] = [:]
    private var order: [String] = []
    private var faults: [Problem.Fault]

    init(_ query: Query) {
        faults = query.faults
        for item in query.items {
            if items.updateValue(item.value, forKey: item.name) == nil {
                order.append(item.name)
            } else {
                refuse(item.name, "comes more than once")
            }
        }
    }

    /// - Parameter expectation: completes "must be …".
    mutating func value<Value>(_ name: String, _ expectation: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = items.removeValue(forKey: name) else { return nil }
        guard let value = parse(text) else {
            refuse(name, "must be \(expectation)")
            return nil
        }
        return value
    }

    mutating func word<Value: RawRepresentable & CaseIterable>(_ name: String) -> Value?
    where Value.RawValue == String {
        value(name, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")) { Value(rawValue: $0) }
    }

    mutating func reference<Subject: Identified>(_ name: String) -> Reference<Subject>? {
        value(name, "an id (\(Subject.idPrefix)_…) or a name") { Reference($0) }
    }

    mutating func id<Subject: Identified>(_ name: String) -> ID<Subject>? {
        value(name, "an id (\(Subject.idPrefix)_…)") { ID($0) }
    }

    mutating func flag(_ name: String) -> Bool? { value(name, "true or false") { Bool($0) } }

    mutating func refuse(_ name: String, _ detail: String) {
        guard faults.count < BodyFaults.most else { return }
        faults.append(.init(.parameter(name), detail))
    }

    /// - Throws: `invalid_query` with everything that is wrong.
    consuming func finish() throws(Problem) {
        for name in order where items[name] != nil { refuse(name, "is not a parameter of this operation") }
        guard faults.isEmpty else {
            throw Problem(
                .invalidQuery, "The query has \(faults.count) \(faults.count == 1 ? "fault" : "faults").",
                faults: faults)
        }
    }
}
