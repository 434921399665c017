import Connectivity
public import ControlPlane

extension FakeCloud: DevelopmentCloud {
    public func inventory() async -> CloudInventory {
        // Looking records nothing but what time has taken away; if the journal fails at that, there is nothing to show.
        (try? transact { $0.inventory }) ?? CloudInventory(services: [], endpoints: [])
    }

    public func createEndpoint(
        accountNativeID: String, subnetNativeID: String, serviceName: String
    ) async throws(CloudError) -> String {
        try transact { state throws(CloudError) in
            switch try state.requiredAccount(accountNativeID).provider {
            case .gcp:
                let region = state.subnet(subnetNativeID)?.region ?? ""
                return try state.insertForwardingRule(
                    ForwardingRuleWish(
                        name: "by-hand-\(state.freshNumber().hex(8))", project: accountNativeID, region: region,
                        subnet: subnetNativeID, target: GoogleName.canonical(serviceName), address: nil, label: nil,
                        globalAccess: false, requestID: nil))
            case .aws:
                return try state.createVPCEndpoint(
                    VPCEndpointWish(account: accountNativeID, subnets: [subnetNativeID], serviceName: serviceName))
            }
        }
    }

    public func deleteEndpoint(nativeID: String) async throws(CloudError) {
        try transact { state throws(CloudError) in
            let id = GoogleName.canonical(nativeID)
            guard let endpoint = state.endpoints[id] else {
                throw CloudError(kind: .notFound, message: "There is no endpoint \(nativeID).")
            }
            switch endpoint.provider {
            case .gcp: try state.deleteForwardingRule(id)
            case .aws: _ = state.deleteVPCEndpoint(id, account: endpoint.accountNativeID)
            }
        }
    }

    /// Google decides on a project, not on one of its endpoints: its lists are edited so that this one follows, with
    /// `reconcileConnections` on.
    public func decide(
        serviceNativeID: String, endpointNativeID: String, isAccepted: Bool
    ) async throws(CloudError) {
        try transact { state throws(CloudError) in
            let (service, id) = (GoogleName.canonical(serviceNativeID), GoogleName.canonical(endpointNativeID))
            guard let endpoint = state.endpoints[id], endpoint.serviceNativeID == service else {
                throw CloudError(kind: .notFound, message: "\(endpointNativeID) is not connected to \(service).")
            }
            switch endpoint.provider {
            case .gcp: try state.decideByList(endpoint, isAccepted: isAccepted)
            case .aws:
                let unsuccessful =
                    isAccepted
                    ? try state.acceptConnections(of: service, [id]) : try state.rejectConnections(of: service, [id])
                if let first = unsuccessful.first { throw first.error }
            }
        }
    }

    public func removeAdmission(serviceNativeID: String, accountNativeID: String) async throws(CloudError) {
        try transact { state throws(CloudError) in
            let id = GoogleName.canonical(serviceNativeID)
            if let attachment = state.attachments[id] {
                let list = attachment.acceptList.filter { entry in
                    switch entry.subject {
                    case .project(let project): project != accountNativeID
                    case .network(let uri), .endpoint(let uri): GoogleName.project(of: uri) != accountNativeID
                    }
                }
                try state.patchAttachment(
                    id, fingerprint: attachment.fingerprint, AttachmentPatch(acceptList: list))
            } else if let service = state.endpointServices[id] {
                let gone = service.principals.filter { principal in
                    principal == accountNativeID || EndpointService.account(of: principal) == accountNativeID
                }
                try state.modifyPermissions(of: id, adding: [], removing: gone)
            } else {
                throw CloudError(kind: .notFound, message: "There is no service \(serviceNativeID).")
            }
        }
    }

    public func script(_ fault: ScriptedFault) async { tell(fault) }

    public func clearFaults() async { forgetFaults() }
}

extension CloudState {
    fileprivate mutating func decideByList(_ endpoint: PrivateEndpoint, isAccepted: Bool) throws(CloudError) {
        guard let attachment = attachments[endpoint.serviceNativeID] else {
            throw googleNotFound(endpoint.serviceNativeID)
        }
        var patch = AttachmentPatch(reconcilesConnections: true)
        let project = endpoint.accountNativeID
        let others = attachment.rejectList.filter { $0 != project && $0 != endpoint.networkNativeID }
        if isAccepted {
            patch.rejectList = others
            let room = endpoints(of: attachment.uri).count { $0.accountNativeID == project && !$0.isLeaving }
            var list = attachment.acceptList
            if let index = list.firstIndex(where: { $0.subject == .project(project) }) {
                list[index].limit = max(list[index].limit, room)
            } else {
                list.append(.init(subject: .project(project), limit: room))
            }
            patch.acceptList = list
        } else {
            patch.rejectList = others + [project]
        }
        try patchAttachment(attachment.uri, fingerprint: attachment.fingerprint, patch)
    }

    fileprivate var inventory: CloudInventory {
        let attached = attachments.values.map { attachment in
            CloudInventory.Service(
                nativeID: attachment.uri, serviceName: attachment.uri, accountNativeID: attachment.accountNativeID,
                admitted: attachment.admitted, connections: connections(of: attachment))
        }
        let offered = endpointServices.values.map { service in
            CloudInventory.Service(
                nativeID: service.serviceID, serviceName: service.serviceName,
                accountNativeID: service.accountNativeID, admitted: service.admitted,
                connections: endpointConnections(of: service.serviceID).compactMap {
                    $0.privateLinkConnection(at: now)
                })
        }
        let existing = endpoints.values.filter { $0.status(at: now) != nil }.sorted { $0.sequence < $1.sequence }
        return CloudInventory(
            services: (attached + offered).sorted { $0.nativeID < $1.nativeID },
            endpoints: existing.map { endpoint in
                let first = endpoint.addresses.min { $0.key < $1.key }
                return CloudInventory.PrivateEndpoint(
                    nativeID: endpoint.nativeID, accountNativeID: endpoint.accountNativeID,
                    networkNativeID: endpoint.networkNativeID, subnetNativeID: first?.key ?? "",
                    serviceName: endpoint.serviceName, address: first?.value ?? "", endpointID: endpoint.label)
            })
    }
}

extension ServiceAttachment {
    var admitted: [String: Int?] {
        Dictionary(
            acceptList.map { entry in
                switch entry.subject {
                case .project(let name), .network(let name), .endpoint(let name): (name, entry.limit)
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension EndpointService {
    var admitted: [String: Int?] {
        Dictionary(
            principals.map { (Self.account(of: $0) ?? $0, nil) }, uniquingKeysWith: { first, _ in first })
    }
}
