import Connectivity
import ControlPlane

/// A cloud that does what it is told, and does not show the endpoints that it has made.
struct BlindToEndpoints: CloudBackend {
    private let cloud: any CloudBackend

    init(_ cloud: any CloudBackend) { self.cloud = cloud }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        let seen = try await cloud.observe(target)
        return EndpointObservation(
            admission: seen.admission, revocationGrain: seen.revocationGrain, endpoint: nil, connection: nil,
            unrequestedAccepted: 0)
    }

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        try await cloud.networks(of: account)
    }
    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
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
