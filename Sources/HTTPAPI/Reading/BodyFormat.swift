import Connectivity

/// How one value of a body becomes a value that cannot be wrong.
struct BodyFormat<Value> {
    /// nil if the value is not as it must be: then `faults` says so.
    let read: (_ value: JSONValue, _ pointer: String, _ faults: BodyFaults) -> Value?

    /// A string of a certain shape.
    /// - Parameter expectation: completes "must be …".
    static func string(_ expectation: String, _ parse: @escaping (String) -> Value?) -> Self {
        Self { value, pointer, faults in
            guard case .string(let text) = value else {
                faults.add(pointer, "must be a string, and is \(value.kind)")
                return nil
            }
            guard let parsed = parse(text) else {
                faults.add(pointer, "must be \(expectation)")
                return nil
            }
            return parsed
        }
    }

    /// One of the words of an enumeration.
    static func word() -> Self where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        string("one of " + Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")) { Value(rawValue: $0) }
    }

    static func reference<Subject: Identified>() -> Self where Value == Reference<Subject> {
        string("an id (\(Subject.idPrefix)_…) or a name") { Reference($0) }
    }

    static func id<Subject: Identified>() -> Self where Value == ID<Subject> {
        string("an id (\(Subject.idPrefix)_…)") { ID($0) }
    }
}

extension BodyFormat where Value == Bool {
    static var boolean: Self {
        Self { value, pointer, faults in
            guard case .bool(let flag) = value else {
                faults.add(pointer, "must be true or false, and is \(value.kind)")
                return nil
            }
            return flag
        }
    }
}

extension BodyFormat where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self { value, pointer, faults in
            guard case .number(let number) = value else {
                faults.add(pointer, "must be an integer, and is \(value.kind)")
                return nil
            }
            guard let integer = number.integer, range.contains(integer) else {
                faults.add(pointer, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return integer
        }
    }
}

extension BodyFormat where Value == Duration {
    /// Whole seconds.
    static func seconds(_ range: ClosedRange<Duration>) -> Self {
        let integer = BodyFormat<Int>.integer(range.lowerBound.wholeSeconds...range.upperBound.wholeSeconds)
        return Self { integer.read($0, $1, $2).map { .seconds($0) } }
    }
}

extension BodyFormat where Value == ResourceName {
    static var name: Self { string(ResourceName.expectation) { ResourceName($0) } }
}

extension BodyFormat where Value == Timestamp {
    static var time: Self { string("an RFC 3339 time, such as 2026-12-31T23:59:59Z") { Timestamp($0) } }
}

extension BodyFormat where Value == IPv4Address {
    static var address: Self { string("an IPv4 address, such as 10.0.1.5") { IPv4Address($0) } }
}

extension BodyFormat where Value == CIDR {
    static var range: Self {
        string("an IPv4 range without bits below its prefix, such as 10.0.0.0/16") { CIDR($0) }
    }
}

extension BodyFormat {
    static func array<Element>(of element: BodyFormat<Element>, _ counts: ClosedRange<Int>) -> Self
    where Value == [Element] {
        Self { value, pointer, faults in
            guard case .array(let values) = value else {
                faults.add(pointer, "must be an array, and is \(value.kind)")
                return nil
            }
            guard counts.contains(values.count) else {
                faults.add(
                    pointer, "must have \(counts.lowerBound) to \(counts.upperBound) elements, and has \(values.count)")
                return nil
            }
            let elements = values.enumerated().compactMap { index, value in
                element.read(value, "\(pointer)/\(index)", faults)
            }
            return elements.count == values.count ? elements : nil
        }
    }

    static func object(_ read: @escaping (inout BodyFields) -> Value?) -> Self { object(atLeast: 0, read) }

    /// The fields of a change, which has to name at least one.
    static func change(_ read: @escaping (inout BodyFields) -> Value?) -> Self { object(atLeast: 1, read) }

    private static func object(atLeast least: Int, _ read: @escaping (inout BodyFields) -> Value?) -> Self {
        Self { value, pointer, faults in
            guard case .object(let members) = value else {
                faults.add(pointer, "must be an object, and is \(value.kind)")
                return nil
            }
            guard members.count >= least else {
                faults.add(pointer, "names nothing that is to be changed")
                return nil
            }
            var fields = BodyFields(members, at: pointer, faults: faults)
            let value = read(&fields)
            fields.refuseTheRest()
            return value
        }
    }
}
