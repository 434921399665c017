import Connectivity
import ControlPlane

/// A cloud elsewhere, whose every call may be the process's last; those that change something may be late, too.
struct CrashingBackend: CloudBackend {
    let backend: DistantBackend
    let calls: CrashSequence

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        try await calls.step { () async throws(CloudError) in try await backend.networks(of: account) }
    }

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        try await calls.step { () async throws(CloudError) in try await backend.observe(target) }
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensurePublished(target)
        }
    }

    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureUnpublished(target)
        }
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        try await calls.step { () async throws(CloudError) in try await backend.observe(target) }
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureAdmitted(target, limit: limit)
        }
    }

    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureExpelled(target, remaining: remaining)
        }
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureEndpoint(target, token: token)
        }
    }

    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureAccepted(target, connection: nativeID)
        }
    }

    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureRejected(target, connection: nativeID)
        }
    }

    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        try await calls.step(delay: backend.port.delayNext) { () async throws(CloudError) in
            try await backend.ensureEndpointAbsent(target)
        }
    }
}
