public import Connectivity

/// The directory of teams.
public struct Teams: Sendable {
    let environment: Environment
    var events: EventRecorder { EventRecorder(environment: environment) }

    public init(environment: Environment) { self.environment = environment }

    public func create(
        name: ResourceName, description: String?, contact: String?, by invocation: Invocation,
        in transaction: any StoreTransaction
    ) throws -> Team {
        try AccessRules.toAdminister(by: invocation.caller).require("team")
        let now = environment.now()
        let team = Team(
            id: environment.newID(at: now), name: name, description: description, contact: contact, createdAt: now,
            updatedAt: now)
        guard try transaction.findTeam(named: name) == nil else {
            throw ControlPlaneError(.conflict, "There is a team named \(name) already.")
        }
        try transaction.insert(team)
        try events.record(
            .teamCreated, by: invocation, about: .init(teamID: team.id), ["name": name.text], in: transaction)
        return team
    }

    public func change(
        _ reference: Reference<Team>, description: Change<String>, contact: Change<String>,
        if precondition: Precondition,
        by invocation: Invocation, in transaction: any StoreTransaction
    ) throws -> Team {
        var team = try get(reference, in: transaction)
        try AccessRules.toAdminister(by: invocation.caller).require("team")
        try precondition.check(team.revision)
        description.apply(to: &team.description)
        contact.apply(to: &team.contact)
        team.updatedAt = environment.now()
        team.revision += 1
        try transaction.update(team)
        try events.record(.teamChanged, by: invocation, about: .init(teamID: team.id), in: transaction)
        return team
    }

    public func get(_ reference: Reference<Team>, in reader: any StoreReader) throws -> Team {
        let team =
            switch reference {
            case .id(let id): try reader.find(id)
            case .name(let name): try reader.findTeam(named: name)
            }
        guard let team else { throw ControlPlaneError.notFound("team") }
        return team
    }

    /// The teams that the references of a body's list name, in their order; nil entries were refused before.
    /// - Throws: `unprocessable` naming every one that does not exist.
    func resolve(_ references: [Reference<Team>], at pointer: String, in reader: any StoreReader) throws -> [Team] {
        try resolveAll(references, at: pointer) { try get($0, in: reader) }
    }
}

/// A change of an optional field: leave it, or set it to a value or to nothing.
public enum Change<Value: Sendable>: Sendable {
    case keep
    case set(Value?)

    func apply(to field: inout Value?) {
        if case .set(let value) = self { field = value }
    }
}

/// Looks up what each reference of a body's list names.
/// - Throws: `unprocessable` with one fault for each that is not there, or may not be seen.
func resolveAll<Subject, Value>(
    _ references: [Reference<Subject>], at pointer: String, _ get: (Reference<Subject>) throws -> Value
) throws -> [Value] {
    var faults: [ControlPlaneError.FieldFault] = []
    var values: [Value] = []
    for (index, reference) in references.enumerated() {
        do {
            values.append(try get(reference))
        } catch let error as ControlPlaneError where error.code == .notFound {
            faults.append(.init(pointer: "\(pointer)/\(index)", detail: error.message))
        }
    }
    guard faults.isEmpty else { throw ControlPlaneError.impossible(faults) }
    return values
}

/// Looks up what a reference in a body names.
/// - Throws: `unprocessable` with a fault at `pointer` if it is not there, or may not be seen.
func resolveOne<Value>(at pointer: String, _ get: () throws -> Value) throws -> Value {
    do {
        return try get()
    } catch let error as ControlPlaneError where error.code == .notFound {
        throw ControlPlaneError.impossible(pointer, error.message)
    }
}
