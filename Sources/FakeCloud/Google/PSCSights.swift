import Connectivity
import ControlPlane

extension PublishedService {
    /// The name of an attachment that Postern makes.
    var attachmentName: String { "postern-" + id.text.replacing("_", with: "-") }
}

extension Endpoint {
    /// The name of the forwarding rule and of the address that Postern makes.
    var forwardingRuleName: String { "postern-" + id.text.replacing("_", with: "-") }
}

extension EndpointTarget {
    var region: String { subnet?.region ?? service.region }
}

extension ServiceAttachment {
    var warnings: [Finding] {
        switch preference {
        case .automatic:
            [
                Finding(
                    code: .automaticAcceptance, severity: .warn,
                    message: "The attachment has ACCEPT_AUTOMATIC: every project connects, whatever is decided here.")
            ]
        case .manual where !reconcilesConnections:
            [
                Finding(
                    code: .reconcileOff, severity: .warn,
                    message: "reconcileConnections is off: edits of the accept list leave accepted endpoints up.")
            ]
        case .manual: []
        }
    }

    /// What the list would name the consumer by: a list names projects, networks or endpoints, never two kinds. nil:
    /// endpoints.
    func subject(for target: EndpointTarget) -> AcceptEntry.Subject? {
        switch acceptList.first?.subject.kind ?? rejectList.first.map(Self.kind(ofRejected:)) ?? .project {
        case .project: .project(target.consumer.nativeID)
        case .network: target.network.map { .network(GoogleName.canonical($0.nativeID)) }
        case .endpoint: nil
        }
    }

    func refuses(_ target: EndpointTarget) -> Bool {
        rejectList.contains(target.consumer.nativeID)
            || target.network.map { rejectList.contains(GoogleName.canonical($0.nativeID)) } ?? false
    }

    /// The consumer's standing. Somebody who is to go has none under ACCEPT_AUTOMATIC: there is no entry to remove.
    func admission(of target: EndpointTarget) -> Admission {
        if refuses(target) { return .refused }
        if preference == .automatic { return target.endpoint.desired == .present ? .admitted(limit: nil) : .absent }
        guard let subject = subject(for: target), let entry = acceptList.first(where: { $0.subject == subject })
        else { return .absent }
        return .admitted(limit: entry.limit)
    }
}

extension PrivateEndpoint {
    /// The connection as Google shows it; nil while there is nothing to show.
    func pscConnection(at now: Timestamp) -> Connection? {
        guard let native = status(at: now) else { return nil }
        let status: Connection.Status =
            switch PSCStatus(rawValue: native) {
            case .pending: .pending
            case .accepted: .accepted
            case .rejected: .rejected
            case .closed: .closed
            case .needsAttention: .needsAttention
            case nil: .unknown
            }
        return Connection(
            nativeID: nativeID, accountNativeID: accountNativeID, networkNativeID: networkNativeID, status: status,
            nativeStatus: native, isServing: status == .accepted)
    }
}

extension CloudState {
    /// The service's attachment in the producer's project; one that Postern made has to carry its label.
    func attachment(of service: PublishedService, in account: CloudAccount) -> ServiceAttachment? {
        switch service.origin {
        case .adopted(let nativeID):
            guard let found = attachments[GoogleName.canonical(nativeID)] else { return nil }
            return found.accountNativeID == account.nativeID ? found : nil
        case .published:
            let uri = GoogleName.attachment(
                service.attachmentName, project: account.nativeID, region: service.region)
            return attachments[uri].flatMap { $0.label == service.id.text ? $0 : nil }
        }
    }

    mutating func requiredAttachment(of target: EndpointTarget) throws(CloudError) -> ServiceAttachment {
        try requireEntry(toProject: target.producer.nativeID)
        guard let attachment = attachment(of: target.service, in: target.producer) else {
            throw googleNotFound(target.service.nativeID ?? target.service.attachmentName)
        }
        return attachment
    }

    /// `connectedEndpoints`. Those that an earlier attachment of the same name had are not among them.
    func connections(of attachment: ServiceAttachment) -> [Connection] {
        endpoints(of: attachment.uri).compactMap { $0.pscConnection(at: now) }.filter { $0.status != .closed }
    }

    func forwardingRuleURI(of target: EndpointTarget) -> String {
        GoogleName.forwardingRule(
            target.endpoint.forwardingRuleName, project: target.consumer.nativeID, region: target.region)
    }

    /// The rule that carries the endpoint's label.
    func forwardingRule(of target: EndpointTarget) -> PrivateEndpoint? {
        endpoints[forwardingRuleURI(of: target)].flatMap { $0.label == target.endpoint.id.text ? $0 : nil }
    }

    /// The address that carries the endpoint's label.
    func reservation(of target: EndpointTarget) -> HeldAddress? {
        let uri = GoogleName.address(
            target.endpoint.forwardingRuleName, project: target.consumer.nativeID, region: target.region)
        return addresses[uri].flatMap { $0.label == target.endpoint.id.text ? $0 : nil }
    }

    mutating func observation(ofPSC target: EndpointTarget) -> EndpointObservation {
        let attachment = attachment(of: target.service, in: target.producer)
        let isManaged = target.endpoint.mode == .managed
        var (rule, hindrance): (PrivateEndpoint?, Hindrance?)
        if isManaged {
            do throws(CloudError) {
                try requireEntry(toProject: target.consumer.nativeID)
                rule = forwardingRule(of: target)
            } catch {
                hindrance = error.hindrance(at: now)
            }
        }
        let named = hindrance == nil ? rule?.nativeID : forwardingRuleURI(of: target)
        let connectionID = isManaged ? named : target.endpoint.observed.nativeID.map(GoogleName.canonical)
        let account = target.consumer.nativeID
        let listed = endpoint(connectionID, of: attachment?.uri, account: account)?.pscConnection(at: now)
        let wanted = Set(target.wantedNativeIDs.map(GoogleName.canonical))
        let network: String? =
            if case .network(let uri) = attachment?.subject(for: target) { uri } else { nil }
        let others = endpoints(of: attachment?.uri, account: account).compactMap { $0.pscConnection(at: now) }
            .filter { $0.nativeID != connectionID && (network == nil || $0.networkNativeID == network) }
        let strangers = others.filter { !wanted.contains($0.nativeID) }
        return EndpointObservation(
            admission: attachment?.admission(of: target) ?? .serviceMissing, revocationGrain: .perAccount,
            endpoint: isManaged && hindrance == nil ? nativeEndpoint(rule, of: target) : nil, hindrance: hindrance,
            // A closed one is not listed by the producer any more; the consumer's side still tells.
            connection: listed ?? rule?.pscConnection(at: now),
            unrequestedAccepted: strangers.count(where: \.isIn),
            unrequestedWaiting: strangers.count { $0.status == .pending },
            acceptedBeside: others.count(where: \.isIn))
    }

    private func nativeEndpoint(_ rule: PrivateEndpoint?, of target: EndpointTarget) -> NativeEndpoint? {
        // One that is still being made counts as there: were it not seen, an endpoint that is closed meanwhile would be
        // taken for gone, and stay.
        if let rule, rule.history.sight(at: now) != .gone {
            return NativeEndpoint(
                nativeID: rule.nativeID, condition: rule.isLeaving ? .deleting : .usable,
                addresses: rule.addresses.values.sorted(), dnsNames: rule.dnsNames)
        }
        // An address that outlived its rule has still to be deleted.
        guard rule == nil, target.endpoint.desired == .absent, let left = reservation(of: target) else { return nil }
        return NativeEndpoint(
            nativeID: forwardingRuleURI(of: target), condition: .usable, addresses: [left.address], dnsNames: [])
    }

    mutating func ensureForwardingRule(for target: EndpointTarget, token: String) throws(CloudError) {
        try requireEntry(toProject: target.consumer.nativeID)
        guard forwardingRule(of: target) == nil else { return }
        guard let subnet = target.subnet else {
            throw googleNotFound(target.endpoint.subnet ?? "the endpoint's subnet")
        }
        let attachment = try requiredAttachment(of: target)
        let name = target.endpoint.forwardingRuleName
        let uri = forwardingRuleURI(of: target)
        guard endpoints[uri] == nil else {
            throw googleError(.conflict, "alreadyExists", "The resource '\(uri)' already exists")
        }
        let address: String
        if let reserved = reservation(of: target) {
            address = reserved.nativeID
        } else {
            address = try insertAddress(
                name, project: target.consumer.nativeID, subnet: subnet.nativeID,
                address: target.endpoint.requestedAddress, label: target.endpoint.id.text)
        }
        _ = try insertForwardingRule(
            ForwardingRuleWish(
                name: name, project: target.consumer.nativeID, region: subnet.region, subnet: subnet.nativeID,
                target: attachment.uri, address: address, label: target.endpoint.id.text,
                globalAccess: target.endpoint.options.globalAccess, requestID: token))
    }
}
