import Connectivity
import ControlPlane

/// A PSC endpoint to be made.
struct ForwardingRuleWish: Sendable {
    let name: String
    let project: String
    let region: String
    let subnet: String
    /// The attachment's URI.
    let target: String
    /// The URI of a reserved address; nil: Google picks one for the time of the rule's life.
    let address: String?
    let label: String?
    let globalAccess: Bool
    let requestID: String?
}

/// `compute.forwardingRules` and `compute.addresses`.
extension CloudState {
    /// `addresses.insert` with purpose GCE_ENDPOINT. Answers with the URI.
    mutating func insertAddress(
        _ name: String, project: String, subnet reference: String, address: IPv4Address?, label: String?
    ) throws(CloudError) -> String {
        try requireProject(project)
        let subnet = try subnetwork(reference, project: project)
        let uri = GoogleName.address(name, project: project, region: subnet.region)
        guard addresses[uri] == nil else {
            throw googleError(.conflict, "alreadyExists", "The resource '\(uri)' already exists")
        }
        let chosen = try freeAddress(in: subnet, requested: address)
        record(
            .address(
                HeldAddress(
                    nativeID: uri, accountNativeID: project, subnetNativeID: subnet.nativeID,
                    address: chosen.description, label: label)))
        return uri
    }

    /// `addresses.delete`.
    /// - Throws: `conflict` while a forwarding rule stands on it.
    mutating func deleteAddress(_ uri: String) throws(CloudError) {
        guard let held = addresses[uri] else { throw googleNotFound(uri) }
        guard usage.users(of: held.address, in: held.subnetNativeID) == 1 else {
            throw googleError(
                .conflict, "resourceInUseByAnotherResource",
                "The address resource '\(uri)' is already being used by a forwarding rule")
        }
        record(.addressGone(uri))
    }

    /// `forwardingRules.insert` with an empty load balancing scheme. Answers with the URI; the operation may still run.
    mutating func insertForwardingRule(_ wish: ForwardingRuleWish) throws(CloudError) -> String {
        try requireProject(wish.project)
        let subnet = try subnetwork(wish.subnet, project: wish.project)
        let uri = GoogleName.forwardingRule(wish.name, project: wish.project, region: wish.region)
        let attempt = "\(uri) \(wish.requestID ?? "")"
        if wish.requestID != nil, let made = roster.id(madeWith: attempt), endpoints[made]?.isLeaving == false {
            return made
        }
        guard endpoints[uri] == nil, loadBalancers[uri] == nil else {
            throw googleError(.conflict, "alreadyExists", "The resource '\(uri)' already exists")
        }
        guard let attachment = attachments[wish.target] else { throw googleNotFound(wish.target) }
        guard attachment.region == wish.region, subnet.region == wish.region else {
            throw googleError(
                .invalid, "invalid",
                "Invalid value for field 'resource.target': '\(wish.target)'. "
                    + "The service attachment, the forwarding rule and its subnetwork must be in the same region.")
        }
        let address: String
        if let reserved = wish.address {
            guard let held = addresses[reserved], held.subnetNativeID == subnet.nativeID else {
                throw googleNotFound(reserved)
            }
            address = held.address
        } else {
            address = try freeAddress(in: subnet, requested: nil).description
        }
        let born = now + latency.creation
        var endpoint = PrivateEndpoint(
            nativeID: uri, connectionID: String(freshNumber()), sequence: nextSequence(), provider: .gcp,
            accountNativeID: wish.project, networkNativeID: network(ofSubnet: subnet.nativeID)?.nativeID ?? "",
            region: wish.region, addresses: [subnet.nativeID: address], serviceNativeID: wish.target,
            serviceName: wish.target, dnsNames: attachment.domainName.map { ["\(wish.name).\($0)"] } ?? [],
            label: wish.label, token: wish.requestID == nil ? nil : attempt, wish: "", securityGroups: [],
            hasGlobalAccess: wish.globalAccess, visibleToProducerFrom: born, hasPrivateDNS: false, failureReason: nil,
            history: StatusHistory(PSCStatus.pending.rawValue, from: born), wasAccepted: false)
        let decision = decision(on: endpoint, of: attachment)
        if decision != .pending {
            endpoint.history.then(decision.rawValue, at: born + latency.acceptance, now: now)
        }
        save(endpoint)
        return uri
    }

    /// `forwardingRules.delete`. The operation may still run.
    mutating func deleteForwardingRule(_ uri: String) throws(CloudError) {
        guard var endpoint = endpoints[uri], endpoint.provider == .gcp else { throw googleNotFound(uri) }
        guard !endpoint.isLeaving else { return }
        endpoint.history.then(nil, at: now + latency.deletion, now: now)
        save(endpoint)
        sweep()
    }

    private mutating func subnetwork(_ reference: String, project: String) throws(CloudError) -> Subnet {
        guard let subnet = subnet(reference), network(ofSubnet: reference)?.accountNativeID == project else {
            throw googleNotFound(reference)
        }
        return subnet
    }

    private mutating func freeAddress(
        in subnet: Subnet, requested: IPv4Address?
    ) throws(CloudError) -> IPv4Address {
        if let requested {
            guard subnet.usable(by: .gcp).contains(requested.value) else {
                throw googleError(
                    .invalid, "invalid",
                    "Invalid value for field 'resource.address': '\(requested)'. "
                        + "Requested internal IP address is outside the subnetwork CIDR range.")
            }
            guard !usage.isTaken(requested, in: subnet.nativeID) else {
                throw googleError(
                    .conflict, "IP_IN_USE_BY_ANOTHER_RESOURCE",
                    "IP '\(requested)' is already being used by another resource.")
            }
            return requested
        }
        guard let free = usage.firstFree(in: subnet, of: .gcp) else {
            throw googleError(.conflict, "IP_SPACE_EXHAUSTED", "IP space of '\(subnet.nativeID)' is exhausted.")
        }
        return free
    }
}
