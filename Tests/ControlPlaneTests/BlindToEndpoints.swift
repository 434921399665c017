import Connectivity
import ControlPlane

/// A cloud that does what it is told, and does not show the endpoints that it has made.
struct BlindToEndpoints: CloudRelay {
    let cloud: any CloudBackend

    init(_ cloud: any CloudBackend) { self.cloud = cloud }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        let seen = try await cloud.observe(target)
        return EndpointObservation(
            admission: seen.admission, revocationGrain: seen.revocationGrain, endpoint: nil,
            hindrance: seen.hindrance, connection: nil, unrequestedAccepted: 0, unrequestedWaiting: 0, acceptedBeside: 0
        )
    }
}
