import ControlPlane
import Logging
import Synchronization

/// The endpoints that stay without their private DNS name, because EC2 refuses it: each is told once, not at every look.
final class RefusedPrivateDNS: Sendable {
    private let told = Mutex<Set<String>>([])

    /// The operator learns why the name is missing from the endpoint's `dns_names`.
    func tell(_ error: CloudError, of endpoint: String, to logger: Logger) {
        guard told.withLock({ $0.insert(endpoint).inserted }) else { return }
        logger.warning(
            "EC2 refuses the endpoint its private DNS name: it serves by its other names",
            metadata: [
                "endpoint": "\(endpoint)", "code": "\(error.cloudCode ?? error.kind.rawValue)",
                "message": "\(error.message)", "request_id": "\(error.cloudRequestID ?? "")",
            ])
    }

    func clear(_ endpoint: String) { told.withLock { _ = $0.remove(endpoint) } }
}
