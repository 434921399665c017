import Connectivity

extension PublishedService.Origin {
    var adoptedID: String? {
        switch self {
        case .adopted(let nativeID): nativeID
        case .published: nil
        }
    }

    func canonical(at provider: CloudProvider) -> Self {
        switch self {
        case .adopted(let nativeID): .adopted(nativeID: provider.canonical(nativeID))
        case .published: self
        }
    }
}

extension PublishedService.Blueprint {
    /// What keeps `provider` from making a service from it.
    func faults(for provider: CloudProvider) -> [ControlPlaneError.FieldFault] {
        var faults: [ControlPlaneError.FieldFault] = []
        func refuse(_ field: String, if isFault: Bool, _ detail: String) {
            if isFault { faults.append(.init(pointer: "/publish/\(field)", detail: detail)) }
        }
        switch provider {
        case .gcp:
            refuse(
                "nat_subnets", if: natSubnets.isEmpty,
                "Private Service Connect needs at least one subnet of purpose PRIVATE_SERVICE_CONNECT")
            refuse(
                "supported_regions", if: !supportedRegions.isEmpty,
                "is a setting of PrivateLink; a service attachment serves its own region")
        case .aws:
            refuse("nat_subnets", if: !natSubnets.isEmpty, "is a setting of Private Service Connect")
            refuse("proxy_protocol", if: proxyProtocol, "is a setting of the load balancer's target group at AWS")
        }
        return faults
    }
}
