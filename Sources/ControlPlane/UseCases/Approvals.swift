public import Connectivity

/// What was decided, by whom, and why.
public struct Approvals: Sendable {
    public init() {}

    public func get(_ id: ID<Approval>, by caller: Caller, in reader: any StoreReader) throws -> Approval {
        guard let approval = try reader.find(id) else { throw ControlPlaneError.notFound("approval") }
        try AccessRules.toSee(producer: approval.producerTeamID, consumer: approval.consumerTeamID, by: caller)
            .require("approval")
        return approval
    }
}
