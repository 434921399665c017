import Connectivity

/// The auditors' own footprints: who reads by that right leaves an event too.
public struct AuditTrail: Sendable {
    let environment: Environment

    public init(environment: Environment) { self.environment = environment }

    /// - Parameter path: what was read, without the query.
    public func noteRead(of path: String, by invocation: Invocation, in transaction: any StoreTransaction) throws {
        try EventRecorder(environment: environment).record(
            .auditorRead, by: invocation, about: .init(), ["path": path], in: transaction)
    }
}
