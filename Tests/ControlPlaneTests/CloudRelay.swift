import Connectivity
import ControlPlane

/// Something between the reconciler and a cloud: what it does not do itself, the cloud does.
protocol CloudRelay: CloudBackend {
    var cloud: any CloudBackend { get }
}

extension CloudRelay {
    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        try await cloud.networks(of: account)
    }
    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        try await cloud.observe(target)
    }
    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        try await cloud.observe(target)
    }
    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) { try await cloud.ensurePublished(target) }
    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        try await cloud.ensureUnpublished(target)
    }
    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        try await cloud.ensureAdmitted(target, limit: limit)
    }
    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        try await cloud.ensureExpelled(target, remaining: remaining)
    }
    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        try await cloud.ensureEndpoint(target, token: token)
    }
    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.ensureAccepted(target, connection: nativeID)
    }
    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.ensureRejected(target, connection: nativeID)
    }
    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        try await cloud.ensureEndpointAbsent(target)
    }
}
