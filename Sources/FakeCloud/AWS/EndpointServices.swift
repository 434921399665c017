import Connectivity
import ControlPlane

/// The states of a service, as EC2 spells them.
enum EC2ServiceState: String {
    case pending = "Pending"
    case available = "Available"
    case deleting = "Deleting"
    case failed = "Failed"
}

/// A service's making.
struct EndpointServiceWish: Sendable {
    let account: String
    let region: String
    let loadBalancer: String
    var acceptanceRequired = true
    var privateDNSName: String?
    var isPrivateDNSVerified = false
    var supportedRegions: [String] = []
    var label: String?
    var clientToken: String?
    /// nil: EC2 makes one up.
    var serviceID: String?
    /// Whether it has been there for long.
    var isOld = false
}

/// EC2's calls on VPC endpoint services.
extension CloudState {
    /// `CreateVpcEndpointServiceConfiguration`. Answers with the id.
    mutating func createEndpointService(_ wish: EndpointServiceWish) throws(CloudError) -> String {
        try requireAWSAccount(wish.account)
        let token = wish.clientToken.map { "\(wish.account) \($0)" }
        if let token, let made = endpointServices.values.first(where: { $0.token == token && !$0.isLeaving }) {
            return made.serviceID
        }
        guard let balancer = loadBalancers[wish.loadBalancer], balancer.accountNativeID == wish.account,
            balancer.region == wish.region
        else {
            throw ec2Error(
                .notFound, "InvalidLoadBalancerArn.NotFound",
                "The load balancer '\(wish.loadBalancer)' does not exist in \(wish.region)")
        }
        let id = wish.serviceID ?? freshEC2ID("vpce-svc")
        var history = StatusHistory(EC2ServiceState.pending.rawValue, from: now)
        let delay = wish.isOld ? .zero : latency.publication
        history.then(EC2ServiceState.available.rawValue, at: now + delay, now: now)
        let service = EndpointService(
            serviceID: id, serviceName: "com.amazonaws.vpce.\(wish.region).\(id)", accountNativeID: wish.account,
            region: wish.region, label: wish.label, loadBalancer: wish.loadBalancer, zones: balancer.zones,
            supportedRegions: Set(wish.supportedRegions).union([wish.region]), privateDNSName: wish.privateDNSName,
            isPrivateDNSVerified: wish.isPrivateDNSVerified, acceptanceRequired: wish.acceptanceRequired,
            principals: [], history: history, token: token)
        record(.endpointService(service))
        return id
    }

    /// `DescribeVpcEndpointServiceConfigurations`: what the owner sees.
    mutating func ownEndpointService(_ id: String, account: String) throws(CloudError) -> EndpointService? {
        try requireAWSAccount(account)
        guard let service = endpointServices[id], service.accountNativeID == account,
            service.history.sight(at: now) != .gone
        else { return nil }
        return service
    }

    /// `ModifyVpcEndpointServicePermissions`. Removing a principal leaves its connections as they are.
    mutating func modifyPermissions(
        of id: String, adding added: Set<String>, removing removed: Set<String>
    ) throws(CloudError) {
        guard var service = endpointServices[id], !service.isLeaving else { throw serviceNotFound(id) }
        service.principals.formUnion(added)
        service.principals.subtract(removed)
        record(.endpointService(service))
    }

    /// `DeleteVpcEndpointServiceConfigurations`.
    mutating func deleteEndpointService(_ id: String) -> [UnsuccessfulItem] {
        guard var service = endpointServices[id], !service.isLeaving else {
            return [UnsuccessfulItem(resourceID: id, error: serviceNotFound(id))]
        }
        let isConnected = endpoints(of: id).contains { endpoint in
            let state = endpoint.status(at: now).flatMap(EC2EndpointState.init(wire:))
            return state == .available || state == .pendingAcceptance || state == .pending
        }
        guard !isConnected else {
            let error = ec2Error(
                .conflict, "ExistingVpcEndpointConnections",
                "Service \(id) has existing active VPC Endpoint connections!")
            return [UnsuccessfulItem(resourceID: id, error: error)]
        }
        service.history.turn(to: EC2ServiceState.deleting.rawValue, now: now)
        service.history.then(nil, at: now + latency.deletion, now: now)
        record(.endpointService(service))
        sweep()
        return []
    }

    mutating func serviceNotFound(_ id: String) -> CloudError {
        ec2Error(.notFound, "InvalidVpcEndpointServiceId.NotFound", "The VpcEndpointService Id '\(id)' does not exist")
    }
}

extension EndpointService {
    var isLeaving: Bool { history.final == nil }
}
