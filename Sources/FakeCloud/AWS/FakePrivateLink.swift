import Connectivity
import ControlPlane

/// Drives the fake AWS. Tags tell what is ours, client tokens keep repeats from making a second.
struct FakePrivateLink: CloudBackend {
    let cloud: FakeCloud

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        try await cloud.call(.networks, at: .aws) { state throws(CloudError) in
            try state.requireEntry(toAWSAccount: account.nativeID)
            let regions = account.access.regions
            return state.networkSightings(of: account.nativeID).filter { network in
                regions.isEmpty || network.region.map(regions.contains) ?? true
            }
        }
    }

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        try await cloud.call(.observeService, at: .aws) { state throws(CloudError) in
            guard let service = try state.endpointService(of: target.service, in: target.account),
                case .shown(let native) = service.history.sight(at: state.now)
            else { return nil }
            let condition: ServiceObservation.Condition =
                switch EC2ServiceState(rawValue: native) {
                case .available: .usable
                case .pending, .deleting: .changing
                case .failed: .failed(reason: "The service's state is Failed.")
                case nil: .failed(reason: "The service's state is \(native), which is not known.")
                }
            return ServiceObservation(
                nativeID: service.serviceID, serviceName: service.serviceName, condition: condition,
                warnings: service.warnings,
                connections: state.endpointConnections(of: service.serviceID).compactMap {
                    $0.privateLinkConnection(at: state.now)
                })
        }
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published(let blueprint) = target.service.origin else { return }
        try await cloud.call(.publish, at: .aws) { state throws(CloudError) in
            guard try state.endpointService(of: target.service, in: target.account) == nil else { return }
            _ = try state.createEndpointService(
                EndpointServiceWish(
                    account: target.account.nativeID, region: target.service.region,
                    loadBalancer: blueprint.loadBalancer, privateDNSName: blueprint.domainName,
                    supportedRegions: blueprint.supportedRegions, label: target.service.id.text,
                    clientToken: target.service.id.text))
        }
    }

    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published = target.service.origin else { return }
        try await cloud.call(.unpublish, at: .aws) { state throws(CloudError) in
            guard let service = try state.endpointService(of: target.service, in: target.account), !service.isLeaving
            else { return }
            // EC2 deletes no service that has connections.
            let connected = state.endpointConnections(of: service.serviceID).filter { $0.canBeCut(at: state.now) }
            let rejected = try state.rejectConnections(of: service.serviceID, connected.map(\.nativeID))
            let unsuccessful = rejected + state.deleteEndpointService(service.serviceID)
            if let first = unsuccessful.first { throw first.error }
        }
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        try await cloud.call(.observeEndpoint, at: .aws) { state throws(CloudError) in
            try state.observation(ofPrivateLink: target)
        }
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        try await cloud.call(.admit, at: .aws) { state throws(CloudError) in
            let service = try state.requiredEndpointService(of: target)
            guard !service.allows(target.consumer.nativeID) else { return }
            let principal = EndpointService.principal(of: target.consumer.nativeID)
            try state.modifyPermissions(of: service.serviceID, adding: [principal], removing: [])
        }
    }

    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        try await cloud.call(.expel, at: .aws) { state throws(CloudError) in
            guard remaining == 0,
                let service = try state.endpointService(of: target.service, in: target.producer), !service.isLeaving
            else { return }
            let principal = EndpointService.principal(of: target.consumer.nativeID)
            try state.modifyPermissions(of: service.serviceID, adding: [], removing: [principal])
        }
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        try await cloud.call(.createEndpoint, at: .aws) { state throws(CloudError) in
            try state.requireEntry(toAWSAccount: target.consumer.nativeID)
            guard state.vpcEndpoint(of: target) == nil else { return }
            guard let subnet = target.subnet else {
                throw state.ec2Error(
                    .notFound, "InvalidSubnetID.NotFound",
                    "The subnet ID '\(target.endpoint.subnet ?? "")' does not exist")
            }
            let service = try state.requiredEndpointService(of: target)
            _ = try state.createVPCEndpoint(
                VPCEndpointWish(
                    account: target.consumer.nativeID,
                    subnets: [subnet.nativeID] + target.additionalSubnets.map(\.nativeID),
                    serviceName: service.serviceName, address: target.endpoint.requestedAddress,
                    securityGroups: target.endpoint.options.securityGroups, label: target.endpoint.id.text,
                    clientToken: token))
        }
    }

    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.call(.accept, at: .aws) { state throws(CloudError) in
            let service = try state.requiredEndpointService(of: target)
            guard let endpoint = state.endpoints[nativeID], endpoint.serviceNativeID == service.serviceID,
                endpoint.accountNativeID == target.consumer.nativeID
            else { throw state.endpointNotFound(nativeID) }
            if !endpoint.isAccepted(at: state.now) {
                let unsuccessful = try state.acceptConnections(of: service.serviceID, [nativeID])
                if let first = unsuccessful.first { throw first.error }
            }
            // EC2 refuses the private name before the connection is accepted, so it is a second call.
            if target.wantsPrivateDNS, service.canAnswerPrivately {
                try state.enablePrivateDNS(of: nativeID, account: endpoint.accountNativeID)
            }
        }
    }

    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.call(.reject, at: .aws) { state throws(CloudError) in
            guard let service = try state.endpointService(of: target.service, in: target.producer),
                let endpoint = state.endpoints[nativeID], endpoint.serviceNativeID == service.serviceID,
                endpoint.accountNativeID == target.consumer.nativeID, endpoint.canBeCut(at: state.now)
            else { return }
            let unsuccessful = try state.rejectConnections(of: service.serviceID, [nativeID])
            if let first = unsuccessful.first { throw first.error }
        }
    }

    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        guard target.endpoint.mode == .managed else { return }
        try await cloud.call(.deleteEndpoint, at: .aws) { state throws(CloudError) in
            try state.requireEntry(toAWSAccount: target.consumer.nativeID)
            guard let endpoint = state.vpcEndpoint(of: target) else { return }
            let unsuccessful = state.deleteVPCEndpoint(endpoint.nativeID, account: target.consumer.nativeID)
            if let first = unsuccessful.first, first.error.kind != .notFound { throw first.error }
        }
    }
}
