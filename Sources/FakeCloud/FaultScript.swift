import ControlPlane

/// The faults that are yet to strike, in the order in which they were told.
struct FaultScript: Sendable {
    private var faults: [(fault: ScriptedFault, left: Int)] = []

    mutating func add(_ fault: ScriptedFault) {
        if fault.count > 0 { faults.append((fault, fault.count)) }
    }

    mutating func clear() { faults = [] }

    /// The fault that strikes this call, which uses it up by one.
    mutating func next(for operation: ScriptedFault.Operation) -> ScriptedFault.Kind? {
        guard let index = faults.firstIndex(where: { $0.fault.operation ?? operation == operation }) else { return nil }
        faults[index].left -= 1
        let kind = faults[index].fault.kind
        if faults[index].left == 0 { faults.remove(at: index) }
        return kind
    }
}
