import Connectivity

/// Whether a request can be fulfilled at all, checked before anybody is bothered with it. All faults at once.
struct FilingRules {
    let service: PublishedService
    let account: CloudAccount
    let network: Network
    let now: Timestamp

    /// - Returns: the subnet that the filing names, and its options with every subnet by its native id.
    /// - Throws: `unprocessable` with a fault for each field that makes it impossible.
    func check(
        _ filing: EndpointRequests.Filing
    ) throws(ControlPlaneError) -> (subnet: Subnet, options: EndpointOptions) {
        var faults = faultsOfReasonAndLifetime(filing)
        if service.provider != account.provider {
            faults.append(
                .init(
                    pointer: "/network_id",
                    detail: "is a network of \(account.provider.rawValue), and no cloud has a private endpoint into "
                        + "another: \(service.name) is in \(service.provider.rawValue)"))
        }
        if filing.mode == .managed, filing.nativeEndpointID != nil {
            faults.append(
                .init(
                    pointer: "/native_endpoint_id", detail: "goes with mode self_managed only: Postern makes this one"))
        }
        faults += faultsOfOptions(filing)
        if filing.mode == .selfManaged, let named = filing.nativeEndpointID,
            let objection = service.provider.objection(toEndpoint: service.provider.canonical(named))
        {
            faults.append(.init(pointer: "/native_endpoint_id", detail: objection))
        }
        guard let subnet = network.subnet(filing.subnet) else {
            let known = network.subnets.prefix(10).map(\.name).joined(separator: ", ")
            faults.append(
                .init(
                    pointer: "/subnet",
                    detail: "is not a subnet of \(network.name)" + (known.isEmpty ? "" : "; it has \(known)")))
            throw .impossible(faults)
        }
        if subnet.region != service.region, service.provider == account.provider {
            faults.append(
                .init(
                    pointer: "/subnet",
                    detail: "is in \(subnet.region), and \(service.name) in \(service.region): "
                        + "an endpoint stands in its service's region"))
        }
        if let address = filing.requestedAddress, !subnet.range.contains(address) {
            faults.append(
                .init(pointer: "/requested_address", detail: "is not in \(subnet.name), which has \(subnet.range)"))
        } else if filing.requestedAddress != nil, filing.options.ipAddressType == .ipv6 {
            faults.append(
                .init(pointer: "/requested_address", detail: "is of IPv4, which ip_address_type ipv6 leaves out"))
        }
        let further = additionalSubnets(filing, beside: subnet, faults: &faults)
        guard faults.isEmpty else { throw .impossible(faults) }
        var options = filing.options
        options.additionalSubnets = further.map(\.nativeID)
        return (subnet, options)
    }

    private func faultsOfOptions(_ filing: EndpointRequests.Filing) -> [ControlPlaneError.FieldFault] {
        guard filing.mode == .managed else {
            return filing.options.set.map {
                .init(pointer: "/options/\($0)", detail: "goes with mode managed only: you make this endpoint yourself")
            }
        }
        return filing.options.strangers(to: service.provider).map {
            .init(pointer: "/options/\($0)", detail: "is not an option of \(service.provider.product)")
        }
    }

    /// An endpoint of PrivateLink has at most one network interface in each zone.
    private func additionalSubnets(
        _ filing: EndpointRequests.Filing, beside first: Subnet, faults: inout [ControlPlaneError.FieldFault]
    ) -> [Subnet] {
        var chosen = [first]
        for (index, reference) in filing.options.additionalSubnets.enumerated() {
            let pointer = "/options/additional_subnets/\(index)"
            guard let subnet = network.subnet(reference) else {
                faults.append(.init(pointer: pointer, detail: "is not a subnet of \(network.name)"))
                continue
            }
            if let twin = chosen.first(where: { $0.zone == subnet.zone }) {
                faults.append(
                    .init(
                        pointer: pointer,
                        detail: "is in the zone of \(twin.name): an endpoint has one subnet in each zone"))
            }
            chosen.append(subnet)
        }
        return Array(chosen.dropFirst())
    }

    private func faultsOfReasonAndLifetime(_ filing: EndpointRequests.Filing) -> [ControlPlaneError.FieldFault] {
        var faults: [ControlPlaneError.FieldFault] = []
        let length = filing.reason.count
        if length < service.policy.minimumReasonLength {
            faults.append(
                .init(
                    pointer: "/reason",
                    detail: "has \(length) characters; the owners of \(service.name) ask for at least "
                        + "\(service.policy.minimumReasonLength)"))
        }
        let pointer =
            switch filing.lifetime {
            case .untilRevoked, .lasting: "/lifetime_seconds"
            case .until: "/until"
            }
        if let length = filing.lifetime.length(approvedAt: now), length <= .zero {
            faults.append(.init(pointer: pointer, detail: "is in the past"))
        }
        if let limit = service.policy.limitExceeded(by: filing.lifetime, approvedAt: now) {
            faults.append(
                .init(
                    pointer: pointer,
                    detail: "endpoints of \(service.name) live at most \(limit.components.seconds) seconds"))
        }
        return faults
    }
}
