public import Connectivity
public import ControlPlane

/// What people do in a cloud's console behind Postern's back, and what a cloud does by itself, beyond
/// `DevelopmentCloud`.
extension FakeCloud {
    /// Lets an account in by hand, or changes the number of connections it may have.
    /// - Parameter limit: Google's `connectionLimit`; AWS does not count. At AWS the account `*` is everybody.
    public func admit(_ accountNativeID: String, limit: Int, to serviceNativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in
            let id = GoogleName.canonical(serviceNativeID)
            if let attachment = state.attachments[id] {
                var list = attachment.acceptList.filter { $0.subject != .project(accountNativeID) }
                list.append(.init(subject: .project(accountNativeID), limit: limit))
                try state.patchAttachment(
                    id, fingerprint: attachment.fingerprint, AttachmentPatch(acceptList: list))
            } else {
                let principal = accountNativeID == "*" ? "*" : EndpointService.principal(of: accountNativeID)
                try state.modifyPermissions(of: id, adding: [principal], removing: [])
            }
        }
    }

    /// Google: puts a project on the reject list. AWS has no such list: `invalid`.
    public func refuse(_ accountNativeID: String, at serviceNativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in
            let id = GoogleName.canonical(serviceNativeID)
            guard let attachment = state.attachments[id] else {
                throw CloudError(kind: .invalid, message: "Only a service attachment has a reject list.")
            }
            try state.patchAttachment(
                id, fingerprint: attachment.fingerprint,
                AttachmentPatch(rejectList: attachment.rejectList + [accountNativeID]))
        }
    }

    /// Deletes a service, whoever made it; at AWS after rejecting its connections, as AWS asks for.
    public func deleteService(_ nativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in
            let id = GoogleName.canonical(nativeID)
            if state.attachments[id] != nil { return try state.deleteAttachment(id) }
            let now = state.now
            let connected = state.endpoints(of: id).filter { $0.canBeCut(at: now) && state.isVisible($0) }
            let rejected = try state.rejectConnections(of: id, connected.map(\.nativeID))
            let unsuccessful = rejected + state.deleteEndpointService(id)
            if let first = unsuccessful.first { throw first.error }
        }
    }

    /// Takes all that Postern may do in an account away, or gives it back.
    public func setBarred(_ isBarred: Bool, from accountNativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in
            var account = try state.requiredAccount(accountNativeID)
            account.isBarred = isBarred
            state.record(.account(account))
        }
    }

    /// Puts an address of a subnet to some other use.
    /// - Throws: `conflict` if it is in use already.
    public func hold(_ address: IPv4Address, inSubnet subnetNativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in try state.hold(address, in: subnetNativeID) }
    }

    /// Puts all free addresses of a subnet to some other use.
    public func fill(subnet subnetNativeID: String) throws(CloudError) {
        try transact { state throws(CloudError) in
            guard let subnet = state.subnet(subnetNativeID), let network = state.network(ofSubnet: subnetNativeID)
            else { throw CloudError(kind: .notFound, message: "There is no subnet \(subnetNativeID).") }
            while let free = state.usage.firstFree(in: subnet, of: network.provider) {
                try state.hold(free, in: subnetNativeID)
            }
        }
    }

    /// Shows an endpoint and its connection with this native status from now on: one that no client knows, or `failed`,
    /// `expired`, `partial` at AWS.
    /// - Parameter reason: what the cloud gives as the cause of a failure.
    public func show(
        nativeStatus: String, ofEndpoint nativeID: String, because reason: String? = nil
    ) throws(CloudError) {
        try transact { state throws(CloudError) in
            guard var endpoint = state.endpoints[GoogleName.canonical(nativeID)] else {
                throw CloudError(kind: .notFound, message: "There is no endpoint \(nativeID).")
            }
            endpoint.history.turn(to: nativeStatus, now: state.now)
            endpoint.failureReason = reason
            state.save(endpoint)
        }
    }
}

extension CloudState {
    fileprivate mutating func hold(_ address: IPv4Address, in subnetNativeID: String) throws(CloudError) {
        guard let network = network(ofSubnet: subnetNativeID) else {
            throw CloudError(kind: .notFound, message: "There is no subnet \(subnetNativeID).")
        }
        guard !usage.isTaken(address, in: subnetNativeID) else {
            throw CloudError(kind: .conflict, message: "\(address) is in use already.")
        }
        let id: String =
            switch network.provider {
            case .gcp:
                GoogleName.address(
                    "by-hand-\(freshNumber().hex(8))", project: network.accountNativeID,
                    region: subnet(subnetNativeID)?.region ?? "")
            case .aws: freshEC2ID("eni")
            }
        record(
            .address(
                HeldAddress(
                    nativeID: id, accountNativeID: network.accountNativeID, subnetNativeID: subnetNativeID,
                    address: address.description, label: nil)))
    }
}
