import Connectivity
import ControlPlane
import Testing

extension CloudBackendContract {
    /// Each call, struck as often as it may try by itself, tells the same class of error, and works when that is over.
    func errorsAreClassed(_ fault: ScriptedFault.Kind, as kind: CloudError.Kind) async throws {
        let stage = try await ContractStage(rig)
        let backend = stage.backend
        let (endpoint, service) = (stage.endpoint(), stage.newService())
        let target = stage.target(endpoint)
        var leaving = endpoint
        leaving.desired = .absent
        let gone = stage.target(leaving)
        let calls: [(ScriptedFault.Operation, @Sendable () async throws(CloudError) -> Void)] = [
            (.networks, { () async throws(CloudError) in _ = try await backend.networks(of: stage.consumers[0]) }),
            (
                .observeService,
                { () async throws(CloudError) in _ = try await backend.observe(stage.target(stage.service)) }
            ),
            (.observeEndpoint, { () async throws(CloudError) in _ = try await backend.observe(target) }),
            (.publish, { () async throws(CloudError) in try await backend.ensurePublished(stage.target(service)) }),
            (.admit, { () async throws(CloudError) in try await backend.ensureAdmitted(target, limit: 1) }),
            (
                .createEndpoint,
                { () async throws(CloudError) in try await backend.ensureEndpoint(target, token: "t-1") }
            ),
        ]
        for (operation, call) in calls { try await strike(operation, fault, as: kind, on: stage, call) }
        try await stage.eventually("the endpoint's connection") {
            try await backend.observe(target).connection != nil
        }
        if rig.provider == .aws {
            let nativeID = try #require(try await backend.observe(target).connection?.nativeID)
            try await strike(.accept, fault, as: kind, on: stage) { () async throws(CloudError) in
                try await backend.ensureAccepted(target, connection: nativeID)
            }
            try await strike(.reject, fault, as: kind, on: stage) { () async throws(CloudError) in
                try await backend.ensureRejected(gone, connection: nativeID)
            }
        }
        try await strike(.deleteEndpoint, fault, as: kind, on: stage) { () async throws(CloudError) in
            try await backend.ensureEndpointAbsent(gone)
        }
        try await strike(.expel, fault, as: kind, on: stage) { () async throws(CloudError) in
            try await backend.ensureExpelled(gone, remaining: 0)
        }
        try await stage.eventually("the published service") {
            try await backend.observe(stage.target(service))?.condition == .usable
        }
        try await strike(.unpublish, fault, as: kind, on: stage) { () async throws(CloudError) in
            try await backend.ensureUnpublished(stage.target(service))
        }
    }

    private func strike(
        _ operation: ScriptedFault.Operation, _ fault: ScriptedFault.Kind, as kind: CloudError.Kind,
        on stage: ContractStage, _ call: @Sendable () async throws(CloudError) -> Void
    ) async throws {
        try await rig.script(ScriptedFault(kind: fault, operation: operation, count: 1000))
        let error = try await stage.error("\(operation) under the fault", call)
        try await rig.clearFaults()
        #expect(error.kind == kind, "\(operation): \(error)")
        #expect(error.isRetryable == (kind != .denied))
        #expect(!error.message.isEmpty)
        #expect(error.cloudCode?.isEmpty == false, "\(operation): the operator needs the cloud's own word")
        try await stage.persist(call)
        try await rig.advance()
    }
}
