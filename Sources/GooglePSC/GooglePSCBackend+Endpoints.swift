import CloudTransport
import Connectivity
public import ControlPlane
import FoundationEssentials

extension GooglePSCBackend {
    /// The label that makes a forwarding rule or an address ours; its value is the endpoint's id.
    static let label = "postern-endpoint"

    /// `addresses.insert`, `forwardingRules.insert`, and `setLabels` of both.
    public func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        let path = rulePath(of: target)
        let patience = Patience(api)
        if let made = try await rule(of: target) { return try await label(made, at: path, of: target, patience) }
        let (subnet, network) = try place(of: target)
        let attachment = try attachmentPath(of: target.service, in: target.producer)
        let addressPath = addressPath(of: target)
        let wish = Address(
            name: addressPath.name, description: target.endpoint.resourceDescription,
            address: target.endpoint.requestedAddress?.description, addressType: "INTERNAL",
            subnetwork: ResourcePath.canonical(subnet.nativeID), labels: [Self.label: target.endpoint.id.text])
        guard
            try await insert(
                encoded(wish), at: addressPath, step: [target.endpoint.id.text, token, "address"], of: target, patience,
                whoseIs: { () async throws(CloudError) in try await address(of: target) != nil }),
            let address = try await address(of: target)
        else { return }
        try await label(address, at: addressPath, of: target, patience)
        let rule = ForwardingRule(
            name: path.name, description: target.endpoint.resourceDescription, ipAddress: "\(addressPath)",
            target: "\(attachment)", network: network,
            // No labels, and no loadBalancingScheme: Google refuses both in a rule that points at an attachment.
            allowPscGlobalAccess: target.endpoint.options.globalAccess ? true : nil)
        guard
            try await insert(
                encoded(rule), at: path, step: [target.endpoint.id.text, token, "rule"], of: target, patience,
                whoseIs: { () async throws(CloudError) in try await self.rule(of: target) != nil }),
            let made = try await self.rule(of: target)
        else { return }
        try await label(made, at: path, of: target, patience)
    }

    /// `forwardingRules.delete`, `addresses.delete`.
    public func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        guard target.endpoint.mode == .managed else { return }
        let patience = Patience(api)
        if let rule = try await rule(of: target) {
            guard try await delete(rulePath(of: target), id: rule.id, of: target, patience) else { return }
        }
        if let address = try await orphanedAddress(of: target) {
            _ = try await delete(addressPath(of: target), id: address.id, of: target, patience)
        }
    }

    // MARK: What is ours

    func rulePath(of target: EndpointTarget) -> ResourcePath { path(of: target, in: "forwardingRules") }

    func addressPath(of target: EndpointTarget) -> ResourcePath { path(of: target, in: "addresses") }

    /// All parts of a connection are in the service's region.
    private func path(of target: EndpointTarget, in collection: String) -> ResourcePath {
        ResourcePath(
            project: target.consumer.nativeID, region: target.service.region, collection: collection,
            name: target.endpoint.resourceName)
    }

    /// The endpoint's forwarding rule, if it is ours.
    func rule(of target: EndpointTarget) async throws(CloudError) -> ForwardingRule? {
        guard let found = try await api.find(ForwardingRule.self, rulePath(of: target), as: .consumer(target.consumer)),
            isOurs(found.labels, found.description, of: target)
        else { return nil }
        return found
    }

    /// The endpoint's address, if it is ours.
    func address(of target: EndpointTarget) async throws(CloudError) -> Address? {
        guard let found = try await api.find(Address.self, addressPath(of: target), as: .consumer(target.consumer)),
            isOurs(found.labels, found.description, of: target)
        else { return nil }
        return found
    }

    /// Our address, once its rule is gone: it has still to be deleted. One on which a rule stands that is not ours (its
    /// label was taken away) is left to whoever did that, and must not keep the endpoint's room from being taken back.
    func orphanedAddress(of target: EndpointTarget) async throws(CloudError) -> Address? {
        guard let address = try await address(of: target), address.users?.isEmpty != false else { return nil }
        return address
    }

    /// By its label; or, while it has none at all because we were interrupted before we could set it, by the description
    /// that it was made with.
    private func isOurs(_ labels: [String: String]?, _ description: String?, of target: EndpointTarget) -> Bool {
        if let labels, !labels.isEmpty { return labels[Self.label] == target.endpoint.id.text }
        return description == target.endpoint.resourceDescription
    }

    private func place(of target: EndpointTarget) throws(CloudError) -> (subnet: Subnet, network: String) {
        guard let subnet = target.subnet, let network = target.network else {
            throw CloudError(
                kind: .notFound, cloudCode: "notFound",
                message: "The subnet \(target.endpoint.subnet ?? "of this endpoint") is not known any more.",
                side: .consumer)
        }
        guard subnet.region == target.service.region else {
            throw CloudError(
                kind: .invalid, cloudCode: "regionMismatch",
                message:
                    "The subnet \(subnet.name) is in \(subnet.region), the service in \(target.service.region): both "
                    + "have to be in one region. File a request for a subnet there, with global access for clients "
                    + "elsewhere.", side: .consumer)
        }
        return (subnet, ResourcePath.canonical(network.nativeID))
    }

    // MARK: Changes

    /// Makes a resource, or finds the one made before.
    /// - Returns: whether it is done; false: the cloud is still at work.
    /// - Throws: `conflict` if one of that name is somebody else's.
    private func insert(
        _ body: Data, at path: ResourcePath, step: [String], of target: EndpointTarget, _ patience: Patience,
        whoseIs isOurs: () async throws(CloudError) -> Bool
    ) async throws(CloudError) -> Bool {
        if try await isOurs() { return true }
        let collection = "projects/\(path.project)/regions/\(path.region ?? "")/\(path.collection)"
        do throws(CloudError) {
            let operation = try await api.begin(
                .post, collection, body: body, step: step, as: .consumer(target.consumer))
            return try await patience.follow(operation, in: path, as: .consumer(target.consumer))
        } catch let error where error.isAlreadyExists {
            if try await isOurs() { return true }
            guard try await exists(path, as: .consumer(target.consumer)) else { return false }
            throw CloudError(
                kind: .conflict, cloudCode: error.cloudCode,
                message: "\(path) exists, and Postern did not make it. Delete or rename it.",
                cloudRequestID: error.cloudRequestID, side: .consumer)
        }
    }

    private func exists(_ path: ResourcePath, as party: Party) async throws(CloudError) -> Bool {
        struct Named: Decodable { let name: String }
        return try await api.find(Named.self, path, as: party) != nil
    }

    private func delete(
        _ path: ResourcePath, id: String?, of target: EndpointTarget, _ patience: Patience
    ) async throws(CloudError) -> Bool {
        do throws(CloudError) {
            let operation = try await api.begin(
                .delete, "\(path)", step: [target.endpoint.id.text, "delete", path.collection, id ?? ""],
                as: .consumer(target.consumer))
            return try await patience.follow(operation, in: path, as: .consumer(target.consumer))
        } catch let error where error.kind == .notFound {
            return true
        }
    }
}
