public import ControlPlane
import Connectivity

/// The producer's side: who may connect, and which connections stand.
extension AWSPrivateLinkBackend {
    /// Whether a connection that was rejected is accepted after all. Somebody rejected it on purpose, and AWS does not
    /// document that it works: a new endpoint is the way.
    static let acceptsRejected = false

    public func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        let (ec2, service) = try await producerSide(target)
        let principal = ec2.root(of: target.consumer)
        guard try await !ec2.allowedPrincipals(of: service.serviceId).contains(principal) else { return }
        try await ec2.allow(principal, at: service.serviceId)
    }

    /// AWS does not count connections: an account is let in, or not. Removing it leaves connections up that stand.
    public func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        guard remaining <= 0 else { return }
        let ec2 = try producer(target.producer, of: target.service)
        guard let service = try await ec2.configuration(of: target.service) else { return }
        let principal = ec2.root(of: target.consumer)
        guard try await ec2.allowedPrincipals(of: service.serviceId).contains(principal) else { return }
        try await ec2.disallow(principal, at: service.serviceId)
    }

    public func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        let (ec2, service) = try await producerSide(target)
        let owner = target.consumer.nativeID
        guard let state = try await ec2.state(of: nativeID, of: owner, at: service.serviceId) else {
            throw CloudError(
                kind: .notFound, message: "The service has no connection of \(nativeID) in the account \(owner).")
        }
        guard state != .rejected || Self.acceptsRejected else {
            throw CloudError(
                kind: .conflict, message: "The connection of \(nativeID) was rejected on the producer's side.")
        }
        guard !state.isAccepted else { return }
        guard let failure = try await ec2.accept(nativeID, at: service.serviceId) else { return }
        // Somebody else may have accepted it in between; or we did, and EC2 does not show it yet.
        let left = try await ec2.state(of: nativeID, of: owner, at: service.serviceId)
        guard left?.isAccepted != true else { return }
        throw left == .pendingAcceptance && failure.kind == .conflict
            ? failure.retryable("EC2 shows as pending what it does not let be accepted.") : failure
    }

    public func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        let ec2 = try producer(target.producer, of: target.service)
        guard let service = try await ec2.configuration(of: target.service) else { return }
        let owner = target.consumer.nativeID
        guard try await ec2.state(of: nativeID, of: owner, at: service.serviceId)?.isUp == true else { return }
        guard let failure = try await ec2.reject([nativeID], at: service.serviceId) else { return }
        guard try await ec2.state(of: nativeID, of: owner, at: service.serviceId)?.isUp == true else { return }
        throw failure.kind == .conflict
            ? failure.retryable("EC2 shows as connected what it does not let be rejected.") : failure
    }

    /// The producer's EC2, and the service as it is there.
    /// - Throws: `notFound` if the service is gone.
    func producerSide(
        _ target: EndpointTarget
    ) async throws(CloudError) -> (ec2: EC2, service: EndpointServiceConfiguration) {
        let ec2 = try producer(target.producer, of: target.service)
        guard let service = try await ec2.configuration(of: target.service) else {
            throw CloudError(
                kind: .notFound,
                message:
                    "The endpoint service of \(target.service.name) is not in the account \(target.producer.nativeID).",
                side: .producer)
        }
        return (ec2, service)
    }
}

extension EC2 {
    /// The principal that stands for everybody in an account.
    func root(of account: CloudAccount) -> String { "arn:\(region.partition):iam::\(account.nativeID):root" }

    /// The state of the connection of exactly this endpoint of exactly this account.
    fileprivate func state(
        of endpoint: String, of owner: String, at service: String
    ) async throws(CloudError) -> EndpointState? {
        try await connections(to: service, of: owner)
            .first { $0.vpcEndpointId == endpoint && $0.vpcEndpointOwner == owner }?.endpointState
    }
}

extension EndpointState {
    fileprivate var isAccepted: Bool {
        switch self {
        case .pending, .available, .partial: true
        case .pendingAcceptance, .rejected, .expired, .failed, .deleting, .deleted, .unknown: false
        }
    }
}
