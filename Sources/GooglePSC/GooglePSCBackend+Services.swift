import CloudTransport
public import Connectivity
public import ControlPlane
import FoundationEssentials

extension GooglePSCBackend {
    /// `serviceAttachments.get`.
    public func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        let path = try attachmentPath(of: target.service, in: target.account)
        guard let attachment = try await attachment(at: path, of: target.service, in: target.account) else {
            return nil
        }
        return ServiceObservation(
            nativeID: "\(path)", serviceName: "\(path)", condition: .usable,
            warnings: ConsumerLists(attachment).warnings,
            connections: (attachment.connectedEndpoints ?? []).compactMap { Connection($0) })
    }

    /// `serviceAttachments.insert` with ACCEPT_MANUAL.
    public func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published(let blueprint) = target.service.origin else { return }
        let path = try attachmentPath(of: target.service, in: target.account)
        guard try await attachment(at: path, of: target.service, in: target.account) == nil else { return }
        let body = try encoded(
            NewServiceAttachment(
                name: path.name, description: target.service.resourceDescription,
                targetService: path.sibling(blueprint.loadBalancer, in: "forwardingRules"),
                natSubnets: blueprint.natSubnets.map { path.sibling($0, in: "subnetworks") },
                enableProxyProtocol: blueprint.proxyProtocol,
                domainNames: blueprint.domainName.map { [$0.hasSuffix(".") ? $0 : $0 + "."] },
                connectionPreference: "ACCEPT_MANUAL",
                // On, though Google's default is off: without it an entry that is taken off the list, or a project that
                // is put on the reject list, leaves its accepted endpoints up, and no revocation would bite. The price:
                // whoever takes a project's entry off the list cuts all of its endpoints at once. So Postern deletes an
                // endpoint first, only then lowers its project's limit, and removes the entry with the last of them.
                reconcileConnections: true))
        do throws(CloudError) {
            try await insert(body, at: path, step: [target.service.id.text, "publish"], as: .producer(target.account))
        } catch let error where error.isAlreadyExists {
            // Another server of ours was faster, or somebody else: only then does this throw.
            _ = try await attachment(at: path, of: target.service, in: target.account)
        }
    }

    /// `serviceAttachments.delete`, only of one that carries our mark.
    public func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published = target.service.origin else { return }
        let path = try attachmentPath(of: target.service, in: target.account)
        guard let found = try await api.find(ServiceAttachment.self, path, as: .producer(target.account)),
            found.description == target.service.resourceDescription
        else { return }
        do throws(CloudError) {
            let operation = try await api.begin(
                .delete, "\(path)", step: [target.service.id.text, "unpublish", found.id ?? ""],
                as: .producer(target.account))
            _ = try await Patience(api).follow(operation, in: path, as: .producer(target.account))
        } catch let error where error.kind == .notFound {
            return
        }
    }

    /// Where the service's attachment is.
    /// - Throws: `invalid` if an adopted one's URI is none, or of another project or region than the service.
    func attachmentPath(of service: PublishedService, in account: CloudAccount) throws(CloudError) -> ResourcePath {
        switch service.origin {
        case .published:
            return ResourcePath(
                project: account.nativeID, region: service.region, collection: "serviceAttachments",
                name: service.resourceName)
        case .adopted(let nativeID):
            guard let path = ResourcePath(nativeID), path.collection == "serviceAttachments" else {
                throw CloudError(
                    kind: .invalid,
                    message: "'\(nativeID)' is no service attachment, such as "
                        + "projects/\(account.nativeID)/regions/\(service.region)/serviceAttachments/orders.",
                    side: .producer)
            }
            guard path.project == account.nativeID, path.region == service.region else {
                throw CloudError(
                    kind: .invalid,
                    message: "The service attachment \(path) is not in project \(account.nativeID) and region "
                        + "\(service.region), where this service is said to be.", side: .producer)
            }
            return path
        }
    }

    /// The service's attachment.
    /// - Throws: `conflict` if one of the name that Postern would give it is somebody else's.
    func attachment(
        at path: ResourcePath, of service: PublishedService, in account: CloudAccount
    ) async throws(CloudError) -> ServiceAttachment? {
        guard let found = try await api.find(ServiceAttachment.self, path, as: .producer(account)) else { return nil }
        if case .published = service.origin, found.description != service.resourceDescription {
            throw CloudError(
                kind: .conflict, cloudCode: "alreadyExists",
                message: "The service attachment \(path) exists, and Postern did not make it. Delete or rename it.",
                side: .producer)
        }
        return found
    }

    private func insert(
        _ body: Data, at path: ResourcePath, step: [String], as party: Party
    ) async throws(CloudError) {
        let patience = Patience(api)
        let collection = "projects/\(path.project)/regions/\(path.region ?? "")/\(path.collection)"
        let first = try await api.begin(.post, collection, body: body, step: step, as: party)
        guard try await patience.follow(first, in: path, as: party), first.isDone,
            try await api.find(ServiceAttachment.self, path, as: party) == nil
        else { return }
        // Done at once and yet not there: that was the tale of an earlier one, which has been deleted since.
        let second = try await api.begin(.post, collection, body: body, step: step + [first.name], as: party)
        _ = try await patience.follow(second, in: path, as: party)
    }
}

extension ConsumerLists {
    /// What the owners of the service should know.
    var warnings: [Finding] {
        if isAutomatic {
            return [
                Finding(
                    code: .automaticAcceptance, severity: .warn,
                    message: "connectionPreference is ACCEPT_AUTOMATIC: every project may connect, whatever is decided "
                        + "here. Set it to ACCEPT_MANUAL.")
            ]
        }
        var warnings: [Finding] = []
        if !reconciles {
            warnings.append(
                Finding(
                    code: .reconcileOff, severity: .warn,
                    message:
                        "reconcileConnections is off: edits of the accept list leave accepted endpoints up. Turn it "
                        + "on, so that a revocation cuts them."))
        }
        if grain == .perAccount {
            warnings.append(
                Finding(
                    code: .coarseRevocation, severity: .info,
                    message:
                        "The accept list names \(kind == .network ? "networks" : "projects"): of several endpoints "
                        + "that a consumer made itself, one cannot be cut without the others."))
        }
        return warnings
    }
}
