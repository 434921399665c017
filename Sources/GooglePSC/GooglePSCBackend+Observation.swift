public import Connectivity
public import ControlPlane

extension GooglePSCBackend {
    /// `serviceAttachments.get` at the producer; `forwardingRules.get` at the consumer.
    public func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        let path = try attachmentPath(of: target.service, in: target.producer)
        let attachment = try await attachment(at: path, of: target.service, in: target.producer)
        let lists = attachment.map { ConsumerLists($0) }
        let look = await look(at: target, on: lists, domain: attachment?.domainNames?.first)
        let isWanted = target.endpoint.desired == .present
        let others = attachment.map { neighbours(of: target, in: $0) } ?? []
        return EndpointObservation(
            admission: lists?.admission(
                of: consumer(of: target, seeing: attachment, number: look.number), isWanted: isWanted)
                ?? .serviceMissing,
            revocationGrain: lists?.grain ?? .perAccount, endpoint: look.endpoint, hindrance: look.hindrance,
            connection: connection(of: target, in: attachment, rule: look.rule, isWanted: isWanted),
            unrequestedAccepted: others.count { $0.isIn && !$0.isWanted },
            unrequestedWaiting: others.count { $0.status == .pending && !$0.isWanted },
            acceptedBeside: others.count(where: \.isIn))
    }

    /// What the consumer's project tells.
    private struct ConsumerLook {
        var number: String?
        var rule: ForwardingRule?
        var endpoint: NativeEndpoint?
        var hindrance: Hindrance?
    }

    private func look(
        at target: EndpointTarget, on lists: ConsumerLists?, domain: String?
    ) async -> ConsumerLook {
        var look = ConsumerLook()
        do throws(CloudError) {
            look.number = try await number(of: target, on: lists)
            guard target.endpoint.mode == .managed else { return look }
            look.rule = try await rule(of: target)
            look.endpoint = try await nativeEndpoint(of: target, look.rule, domain: domain)
        } catch {
            look.hindrance = error.hindrance(at: api.google.environment.now())
        }
        return look
    }

    private func connection(
        of target: EndpointTarget, in attachment: ServiceAttachment?, rule: ForwardingRule?, isWanted: Bool
    ) -> Connection? {
        let listed = attachment.flatMap { attachment in
            endpointName(of: target).flatMap { connection($0, of: target, in: attachment) }
        }
        guard let listed else { return rule.flatMap { Connection($0, at: rulePath(of: target)) } }
        if !isWanted, listed.status == .pending, attachment.map({ ConsumerLists($0).kind }) == .endpoint {
            // Off a list of single endpoints, it is cut: nothing lets it in any more.
            return nil
        }
        // The consumer's side shows a little later that it is let in.
        let isServing = listed.isServing && [nil, "ACCEPTED"].contains(rule?.pscConnectionStatus)
        return Connection(
            nativeID: listed.nativeID, accountNativeID: listed.accountNativeID,
            networkNativeID: listed.networkNativeID, status: listed.status, nativeStatus: listed.nativeStatus,
            isServing: isServing)
    }

    /// Another connection that shares the target's entry of the list.
    private struct Neighbour {
        let status: Connection.Status
        /// Whether a wanted endpoint stands for it.
        let isWanted: Bool
        var isIn: Bool { status == .accepted || status == .needsAttention }
    }

    /// Those of the same project, or of the same network.
    private func neighbours(of target: EndpointTarget, in attachment: ServiceAttachment) -> [Neighbour] {
        let network: String?
        switch ConsumerLists(attachment).kind {
        case .project: network = nil
        case .network: network = target.network.map { ResourcePath.canonical($0.nativeID) }
        case .endpoint: return []
        }
        let (own, wanted) = (endpointName(of: target), Set(target.wantedNativeIDs.map { ResourcePath.canonical($0) }))
        return (attachment.connectedEndpoints ?? []).compactMap { seen in
            guard let connection = Connection(seen), connection.accountNativeID == target.consumer.nativeID,
                network == nil || connection.networkNativeID == network
            else { return nil }
            let names = [connection.nativeID, seen.endpointWithId.map { ResourcePath.canonical($0) }].compactMap(\.self)
            guard !names.contains(where: { $0 == own }) else { return nil }
            return Neighbour(status: connection.status, isWanted: names.contains(where: wanted.contains))
        }
    }

    private func nativeEndpoint(
        of target: EndpointTarget, _ rule: ForwardingRule?, domain: String?
    ) async throws(CloudError) -> NativeEndpoint? {
        let path = rulePath(of: target)
        if let rule {
            // We were interrupted before its label was set: it is still being made.
            guard
                target.endpoint.desired == .absent || rule.labels?[Self.label] != nil
                    || target.endpoint.observed.hasBeenActive
            else { return nil }
            return NativeEndpoint(
                nativeID: "\(path)", condition: .usable, addresses: [rule.ipAddress].compactMap(\.self),
                dnsNames: Self.dnsName(of: rule, in: domain).map { [$0] } ?? [])
        }
        guard target.endpoint.desired == .absent, let left = try await orphanedAddress(of: target) else { return nil }
        return NativeEndpoint(
            nativeID: "\(path)", condition: .usable, addresses: [left.address].compactMap(\.self), dnsNames: [])
    }

    /// Google makes a private DNS zone of the service's domain for the consumer, with the rule's name in it.
    private static func dnsName(of rule: ForwardingRule, in domain: String?) -> String? {
        guard let domain, !domain.isEmpty, rule.noAutomateDnsZone != true else { return nil }
        return "\(rule.name).\(domain.hasSuffix(".") ? String(domain.dropLast()) : domain)"
    }
}
