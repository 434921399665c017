import Connectivity
import ControlPlane
import HTTPTypes

/// `/dev/fake`: a person's hands in the cloud that is not real, behind Postern's back. Admins only, in dev mode only.
struct FakeCloudRoutes: Sendable {
    let cloud: any DevelopmentCloud

    func routes(_ desk: Desk) -> [Route] {
        [
            desk.get("/dev/fake/inventory", inventory),
            desk.post("/dev/fake/endpoints", createEndpoint),
            desk.post("/dev/fake/endpoints/delete", deleteEndpoint),
            desk.post("/dev/fake/connections", decide),
            desk.post("/dev/fake/admissions/remove", removeAdmission),
            desk.post("/dev/fake/faults", script),
            desk.delete("/dev/fake/faults", clear),
        ]
    }

    private func inventory(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        return .json(await cloud.inventory())
    }

    private func createEndpoint(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        let new = try call.body(FakeEndpoint.format)
        let nativeID = try await handling {
            () async throws(CloudError) in
            try await cloud.createEndpoint(
                accountNativeID: new.account, subnetNativeID: new.subnet, serviceName: new.service)
        }
        return .json(JSONValue.object([.init("native_id", .string(nativeID))]), status: .created)
    }

    private func deleteEndpoint(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        let nativeID = try call.body(.nativeIDOnly)
        try await handling { () async throws(CloudError) in try await cloud.deleteEndpoint(nativeID: nativeID) }
        return .noContent
    }

    private func decide(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        let decision = try call.body(FakeDecision.format)
        try await handling { () async throws(CloudError) in
            try await cloud.decide(
                serviceNativeID: decision.service, endpointNativeID: decision.endpoint, isAccepted: decision.isAccepted)
        }
        return .noContent
    }

    private func removeAdmission(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        let admission = try call.body(FakeAdmission.format)
        try await handling { () async throws(CloudError) in
            try await cloud.removeAdmission(serviceNativeID: admission.service, accountNativeID: admission.account)
        }
        return .noContent
    }

    private func script(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        await cloud.script(try call.body(ScriptedFault.format))
        return .noContent
    }

    private func clear(_ call: KnownCall) async throws -> Reply {
        try call.requireAdmin()
        try call.requireNoBody()
        await cloud.clearFaults()
        return .noContent
    }

    /// The cloud's refusal as a problem: there is no fault of Postern's in it.
    private func handling<Value>(_ act: () async throws(CloudError) -> Value) async throws(Problem) -> Value {
        do {
            return try await act()
        } catch {
            switch error.kind {
            case .notFound, .invalid: throw Problem(.unprocessable, error.message)
            case .conflict, .denied: throw Problem(.notPossibleNow, error.message)
            case .throttled, .unavailable: throw Problem(.unavailable, error.message)
            }
        }
    }
}

extension KnownCall {
    /// - Throws: `forbidden`.
    fileprivate func requireAdmin() throws(Problem) {
        guard case .refused(let reason) = AccessRules.toAdminister(by: caller) else { return }
        throw Problem(.forbidden, reason)
    }
}
