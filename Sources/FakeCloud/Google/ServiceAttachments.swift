import Connectivity
import ControlPlane

/// What a patch of a service attachment sets; nil stays as it is. A list replaces the whole list.
struct AttachmentPatch: Sendable {
    var preference: ServiceAttachment.Preference?
    var acceptList: [ServiceAttachment.AcceptEntry]?
    var rejectList: [String]?
    var reconcilesConnections: Bool?
}

/// `compute.serviceAttachments`.
extension CloudState {
    /// `insert`. Answers with the URI.
    mutating func insertAttachment(
        _ name: String, project: String, region: String, blueprint: PublishedService.Blueprint,
        settings: AttachmentPatch, label: String?
    ) throws(CloudError) -> String {
        try requireProject(project)
        let uri = GoogleName.attachment(name, project: project, region: region)
        guard attachments[uri] == nil else {
            throw googleError(.conflict, "alreadyExists", "The resource '\(uri)' already exists")
        }
        let target = GoogleName.canonical(blueprint.loadBalancer)
        guard let balancer = loadBalancers[target], balancer.accountNativeID == project else {
            throw googleNotFound(target)
        }
        guard balancer.region == region else {
            throw googleError(
                .invalid, "invalid",
                "Invalid value for field 'resource.targetService': '\(target)'. It is not in region \(region).")
        }
        let subnets = try natSubnets(blueprint.natSubnets, project: project, region: region)
        let perSubnet = subnets.map { $0.usable(by: .gcp).count }
        let attachment = ServiceAttachment(
            uri: uri, accountNativeID: project, region: region, label: label, targetService: target,
            natSubnets: subnets.map(\.nativeID), natCapacity: perSubnet.reduce(0, +),
            proxyProtocol: blueprint.proxyProtocol, domainName: blueprint.domainName,
            preference: settings.preference ?? .manual, acceptList: settings.acceptList ?? [],
            rejectList: settings.rejectList ?? [], reconcilesConnections: settings.reconcilesConnections ?? false,
            fingerprint: "")
        try check(attachment)
        save(attachment)
        return uri
    }

    /// `patch`.
    /// - Throws: `conflict` with `conditionNotMet` if the attachment has changed since the fingerprint was read.
    mutating func patchAttachment(
        _ uri: String, fingerprint: String, _ patch: AttachmentPatch
    ) throws(CloudError) {
        guard let before = attachments[uri] else { throw googleNotFound(uri) }
        var attachment = before
        guard attachment.fingerprint == fingerprint else {
            throw googleError(.conflict, "conditionNotMet", "Supplied fingerprint does not match current metadata")
        }
        attachment.preference = patch.preference ?? attachment.preference
        attachment.acceptList = patch.acceptList ?? attachment.acceptList
        attachment.rejectList = patch.rejectList ?? attachment.rejectList
        attachment.reconcilesConnections = patch.reconcilesConnections ?? attachment.reconcilesConnections
        try check(attachment)
        save(attachment)
        if roster.hasWaiting(ofService: uri) || !attachment.onlyWidens(before) { decideConnections(of: uri) }
    }

    /// `delete`. Its endpoints will never serve again, even if one of the same name is made later.
    mutating func deleteAttachment(_ uri: String) throws(CloudError) {
        guard attachments[uri] != nil else { throw googleNotFound(uri) }
        record(.attachmentGone(uri))
        for var endpoint in endpoints(of: uri) where !endpoint.isLeaving {
            endpoint.history.then(PSCStatus.closed.rawValue, at: now, now: now)
            save(endpoint)
        }
    }

    /// What a new endpoint is due, given those that are there.
    func decision(on endpoint: PrivateEndpoint, of attachment: ServiceAttachment) -> PSCStatus {
        let policy = accounts[attachment.accountNativeID]?.consumersByPolicy
        var used: [ServiceAttachment.AcceptEntry.Subject: Int] = [
            .project(endpoint.accountNativeID): roster.acceptedCount(
                ofService: attachment.uri, consumer: endpoint.accountNativeID),
            .network(endpoint.networkNativeID): roster.acceptedCount(
                ofService: attachment.uri, consumer: endpoint.networkNativeID),
        ]
        let status = attachment.decision(on: endpoint, policy, &used) ?? .pending
        let isFull = roster.acceptedCount(ofService: attachment.uri) >= attachment.natCapacity
        return status == .accepted && isFull ? .needsAttention : status
    }

    /// Lets the lists, and the NAT subnets, have their say on all of an attachment's endpoints.
    mutating func decideConnections(of uri: String) {
        guard let attachment = attachments[uri] else { return }
        let policy = accounts[attachment.accountNativeID]?.consumersByPolicy
        let decisions = attachment.decisions(
            on: endpoints(of: uri).filter { !$0.isLeaving }, consumersByPolicy: policy)
        for (id, status) in decisions {
            guard var endpoint = endpoints[id], endpoint.history.final != status.rawValue else { continue }
            endpoint.history.then(status.rawValue, at: now + latency.acceptance, now: now)
            save(endpoint)
        }
    }

    private mutating func save(_ attachment: ServiceAttachment) {
        var attachment = attachment
        attachment.fingerprint = freshNumber().hex(11) + "="
        record(.attachment(attachment))
    }

    private mutating func natSubnets(
        _ references: [String], project: String, region: String
    ) throws(CloudError) -> [Subnet] {
        var found: [Subnet] = []
        for reference in references {
            let name = GoogleName.canonical(reference)
            let subnet = networks.values.lazy.filter { $0.accountNativeID == project }.flatMap(\.natSubnets)
                .first { $0.nativeID == name || $0.name == name }
            guard let subnet, subnet.region == region else { throw googleNotFound(name) }
            if let holder = attachments.values.first(where: { $0.natSubnets.contains(subnet.nativeID) }) {
                throw googleError(
                    .conflict, "resourceInUseByAnotherResource",
                    "The subnetwork resource '\(subnet.nativeID)' is already being used by '\(holder.uri)'")
            }
            found.append(subnet)
        }
        return found
    }

    /// What Google refuses of an attachment's settings.
    private mutating func check(_ attachment: ServiceAttachment) throws(CloudError) {
        let accepts = attachment.acceptList
        let isListed = !accepts.isEmpty || !attachment.rejectList.isEmpty
        let kinds = Set(accepts.map(\.subject.kind) + attachment.rejectList.map(ServiceAttachment.kind(ofRejected:)))
        let objection: String? =
            if attachment.preference == .automatic, isListed {
                "Consumer accept and reject lists cannot be set when connectionPreference is ACCEPT_AUTOMATIC."
            } else if kinds.count > 1 {
                "Consumer accept and reject lists must name projects only, networks only, or endpoints only."
            } else if accepts.count > 5000 || attachment.rejectList.count > 64 {
                "The consumer accept list takes 5000 entries, the reject list 64."
            } else if Set(accepts.map(\.subject)).count < accepts.count {
                "The consumer accept list names a consumer twice."
            } else if accepts.contains(where: { $0.limit < 1 || ($0.subject.kind == .endpoint && $0.limit > 1) }) {
                "The connectionLimit is out of range."
            } else {
                nil
            }
        if let objection {
            throw googleError(
                .invalid, "invalid", "Invalid value for field 'resource.consumerAcceptLists': \(objection)")
        }
    }
}

extension ServiceAttachment {
    enum SubjectKind: Hashable, Sendable {
        case project, network, endpoint
    }

    static func kind(ofRejected entry: String) -> SubjectKind {
        if entry.contains("/forwardingRules/") { return .endpoint }
        return entry.contains("/networks/") ? .network : .project
    }
}

extension ServiceAttachment.AcceptEntry.Subject {
    var kind: ServiceAttachment.SubjectKind {
        switch self {
        case .project: .project
        case .network: .network
        case .endpoint: .endpoint
        }
    }
}
