import Connectivity
import ControlPlane

/// An interface endpoint to be made.
struct VPCEndpointWish: Hashable, Sendable {
    let account: String
    /// Each in another zone.
    let subnets: [String]
    let serviceName: String
    /// In the first subnet; nil: EC2 picks one.
    var address: IPv4Address?
    var securityGroups: [String] = []
    var privateDNS = false
    var label: String?
    var clientToken: String?

    /// What has to be the same when the token is the same.
    var parameters: String {
        "\(subnets.sorted()) \(serviceName) \(address?.description ?? "-") \(securityGroups.sorted()) \(privateDNS)"
    }
}

/// EC2's calls on VPC endpoints, for the consumer.
extension CloudState {
    /// `CreateVpcEndpoint`. Answers with the `vpce-…` id. The same client token with the same parameters gives what
    /// it made before.
    mutating func createVPCEndpoint(_ wish: VPCEndpointWish) throws(CloudError) -> String {
        try requireAWSAccount(wish.account)
        let token = wish.clientToken.map { "\(wish.account) \($0)" }
        if let token, let made = roster.id(madeWith: token).flatMap({ endpoints[$0] }), !made.isLeaving {
            guard made.wish == wish.parameters else {
                throw ec2Error(
                    .conflict, "IdempotentParameterMismatch",
                    "The client token was used before, with other parameters")
            }
            return made.nativeID
        }
        let service = try visibleService(wish.serviceName, to: wish.account)
        let (subnets, network) = try interfaceSubnets(of: wish, service: service)
        let addresses = try interfaceAddresses(in: subnets, requested: wish.address)
        for group in wish.securityGroups where !Self.isSecurityGroup(group) {
            throw ec2Error(.invalid, "InvalidGroupId.Malformed", "Invalid id: \"\(group)\" (expecting \"sg-...\")")
        }
        if wish.privateDNS { try requirePrivateDNS(of: service, wasAccepted: !service.acceptanceRequired) }
        let id = freshEC2ID("vpce")
        let suffix = freshNumber().hex(8)
        var history = StatusHistory(EC2EndpointState.pendingAcceptance.rawValue, from: now)
        if !service.acceptanceRequired {
            history = StatusHistory(EC2EndpointState.pending.rawValue, from: now)
            history.then(
                EC2EndpointState.available.rawValue, at: now + latency.creation + latency.acceptance, now: now)
        }
        save(
            PrivateEndpoint(
                nativeID: id, connectionID: freshEC2ID("vpce-conn"), sequence: nextSequence(), provider: .aws,
                accountNativeID: wish.account, networkNativeID: network.nativeID, region: network.region ?? "",
                addresses: addresses, serviceNativeID: service.serviceID, serviceName: service.serviceName,
                dnsNames: ["\(id)-\(suffix).\(service.serviceID).\(service.region).vpce.amazonaws.com"],
                label: wish.label, token: token, wish: wish.parameters, securityGroups: wish.securityGroups,
                hasGlobalAccess: false, visibleToProducerFrom: now + latency.creation + latency.visibility,
                hasPrivateDNS: wish.privateDNS, failureReason: nil, history: history,
                wasAccepted: !service.acceptanceRequired))
        return id
    }

    /// `ModifyVpcEndpoint` with `PrivateDnsEnabled`.
    mutating func enablePrivateDNS(of id: String, account: String) throws(CloudError) {
        guard var endpoint = endpoints[id], endpoint.accountNativeID == account, !endpoint.isLeaving else {
            throw endpointNotFound(id)
        }
        guard let service = endpointServices[endpoint.serviceNativeID] else {
            throw serviceNotFound(endpoint.serviceNativeID)
        }
        try requirePrivateDNS(of: service, wasAccepted: endpoint.wasAccepted)
        endpoint.hasPrivateDNS = true
        save(endpoint)
    }

    /// `DeleteVpcEndpoints` with one id. EC2 goes on showing the endpoint as `deleting` for a while.
    mutating func deleteVPCEndpoint(_ id: String, account: String) -> [UnsuccessfulItem] {
        guard var endpoint = endpoints[id], endpoint.accountNativeID == account else {
            return [UnsuccessfulItem(resourceID: id, error: endpointNotFound(id))]
        }
        guard !endpoint.isLeaving else { return [] }
        endpoint.history.turn(to: EC2EndpointState.deleting.rawValue, now: now)
        endpoint.history.then(nil, at: now + latency.deletion, now: now)
        save(endpoint)
        sweep()
        return []
    }

    mutating func endpointNotFound(_ id: String) -> CloudError {
        ec2Error(.notFound, "InvalidVpcEndpointId.NotFound", "The VpcEndpoint Id '\(id)' does not exist")
    }

    private static func isSecurityGroup(_ raw: String) -> Bool {
        raw.hasPrefix("sg-") && (8...17).contains(raw.utf8.count - 3)
            && raw.utf8.dropFirst(3).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// A service shows only to the principals it allows, and to its owner.
    private mutating func visibleService(_ name: String, to account: String) throws(CloudError) -> EndpointService {
        let id = name.split(separator: ".").last.map(String.init) ?? name
        guard let service = endpointServices[id], service.serviceName == name,
            service.history.sight(at: now) == .shown(EC2ServiceState.available.rawValue),
            service.allows(account) || service.accountNativeID == account
        else {
            throw ec2Error(.notFound, "InvalidServiceName", "The Vpc Endpoint Service '\(name)' does not exist")
        }
        return service
    }

    private mutating func interfaceSubnets(
        of wish: VPCEndpointWish, service: EndpointService
    ) throws(CloudError) -> (subnets: [Subnet], network: FakeNetwork) {
        var subnets: [Subnet] = []
        var home: FakeNetwork?
        for id in wish.subnets {
            guard let subnet = subnet(id), let network = network(ofSubnet: id),
                network.accountNativeID == wish.account
            else {
                throw ec2Error(.notFound, "InvalidSubnetID.NotFound", "The subnet ID '\(id)' does not exist")
            }
            guard home == nil || home?.nativeID == network.nativeID else {
                throw ec2Error(.invalid, "InvalidParameter", "The subnets are not of one VPC")
            }
            guard service.supportedRegions.contains(subnet.region) else {
                throw ec2Error(
                    .invalid, "InvalidServiceName",
                    "The Vpc Endpoint Service '\(service.serviceName)' cannot be reached from \(subnet.region)")
            }
            guard let zone = subnet.zone, subnet.region != service.region || service.zones.contains(zone) else {
                throw ec2Error(
                    .invalid, "InvalidParameter",
                    "The VPC endpoint service \(service.serviceName) does not support the availability zone of the "
                        + "subnet: \(id).")
            }
            guard !subnets.contains(where: { $0.zone == zone }) else {
                throw ec2Error(
                    .invalid, "DuplicateSubnetsInSameZone",
                    "Found another VPC endpoint subnet in the availability zone of \(id).")
            }
            home = network
            subnets.append(subnet)
        }
        guard let home else { throw ec2Error(.invalid, "MissingParameter", "A subnet is required") }
        return (subnets, home)
    }

    private mutating func interfaceAddresses(
        in subnets: [Subnet], requested: IPv4Address?
    ) throws(CloudError) -> [String: String] {
        var addresses: [String: String] = [:]
        for (index, subnet) in subnets.enumerated() {
            if index == 0, let requested {
                guard subnet.usable(by: .aws).contains(requested.value) else {
                    throw ec2Error(
                        .invalid, "InvalidParameterValue",
                        "Address \(requested) does not fall within the subnet's usable range")
                }
                guard !usage.isTaken(requested, in: subnet.nativeID) else {
                    throw ec2Error(.conflict, "InvalidIPAddress.InUse", "Address \(requested) is in use.")
                }
                addresses[subnet.nativeID] = requested.description
            } else if let free = usage.firstFree(in: subnet, of: .aws) {
                addresses[subnet.nativeID] = free.description
            } else {
                throw ec2Error(
                    .conflict, "InsufficientFreeAddressesInSubnet",
                    "There are not enough free addresses in subnet '\(subnet.nativeID)' to satisfy the requested "
                        + "number of interfaces.")
            }
        }
        return addresses
    }

    private mutating func requirePrivateDNS(of service: EndpointService, wasAccepted: Bool) throws(CloudError) {
        guard service.privateDNSName != nil else {
            throw ec2Error(
                .invalid, "InvalidParameter",
                "Private DNS can't be enabled because the service \(service.serviceName) does not provide a private "
                    + "DNS name.")
        }
        guard service.isPrivateDNSVerified else {
            throw ec2Error(
                .invalid, "InvalidParameter",
                "Private DNS can't be enabled because the private DNS name of \(service.serviceName) is not verified.")
        }
        guard wasAccepted else {
            throw ec2Error(
                .invalid, "InvalidParameter",
                "Private DNS can only be enabled after the endpoint connection is accepted by the owner of "
                    + "\(service.serviceName).")
        }
    }
}
