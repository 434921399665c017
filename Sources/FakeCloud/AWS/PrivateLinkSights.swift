import Connectivity
import ControlPlane

extension EndpointTarget {
    var wantsPrivateDNS: Bool { endpoint.mode == .managed && endpoint.options.privateDNS }
}

extension EndpointService {
    /// Whether consumers may use its private name, once they are accepted.
    var canAnswerPrivately: Bool { privateDNSName != nil && isPrivateDNSVerified }

    var warnings: [Finding] {
        var warnings: [Finding] = []
        if !acceptanceRequired {
            warnings.append(
                Finding(
                    code: .automaticAcceptance, severity: .warn,
                    message: "Acceptance is not required: whoever is allowed connects, whatever is decided here."))
        }
        if principals.contains("*") {
            warnings.append(
                Finding(
                    code: .wildcardPrincipal, severity: .warn,
                    message: "The allowed principals contain *: any AWS account may ask for a connection."))
        }
        if privateDNSName != nil, !isPrivateDNSVerified {
            warnings.append(
                Finding(
                    code: .dnsUnverified, severity: .warn,
                    message: "The private DNS name is not verified: consumers cannot use it yet."))
        }
        return warnings
    }

    /// The consumer's standing. Somebody who is to go has none but by an entry of its own: `*` is not ours to remove.
    func admission(of target: EndpointTarget) -> Admission {
        let account = target.consumer.nativeID
        let isIn =
            switch target.endpoint.desired {
            case .present: allows(account)
            case .absent: principals.contains(Self.principal(of: account))
            }
        return isIn ? .admitted(limit: nil) : .absent
    }
}

extension PrivateEndpoint {
    private func state(at now: Timestamp) -> EC2EndpointState? { status(at: now).flatMap(EC2EndpointState.init(wire:)) }

    func isAccepted(at now: Timestamp) -> Bool {
        switch state(at: now) {
        case .pending, .available, .partial: true
        case .pendingAcceptance, .deleting, .deleted, .rejected, .failed, .expired, nil: false
        }
    }

    /// Whether `RejectVpcEndpointConnections` has something to do.
    func canBeCut(at now: Timestamp) -> Bool {
        guard status(at: now) != nil else { return false }
        return switch state(at: now) {
        case .pendingAcceptance, .pending, .available, .partial, nil: true
        case .deleting, .deleted, .rejected, .failed, .expired: false
        }
    }

    /// The connection as EC2 shows it; nil while there is none, or while it is on its way out.
    func privateLinkConnection(at now: Timestamp) -> Connection? {
        guard let native = status(at: now) else { return nil }
        let status: Connection.Status
        switch EC2EndpointState(wire: native) {
        case .deleting, .deleted: return nil
        case .pendingAcceptance: status = .pending
        case .pending, .available: status = .accepted
        case .rejected: status = .rejected
        case .failed, .expired: status = .closed
        case .partial: status = .needsAttention
        case nil: status = .unknown
        }
        return Connection(
            nativeID: nativeID, accountNativeID: accountNativeID, networkNativeID: networkNativeID, status: status,
            nativeStatus: native, isServing: EC2EndpointState(wire: native) == .available)
    }
}

extension CloudState {
    /// The service in the producer's account; one that Postern made has to carry its tag.
    mutating func endpointService(
        of service: PublishedService, in account: CloudAccount
    ) throws(CloudError) -> EndpointService? {
        switch service.origin {
        case .adopted(let nativeID): return try ownEndpointService(nativeID, account: account.nativeID)
        case .published:
            try requireAWSAccount(account.nativeID)
            return endpointServices.values.first { candidate in
                candidate.label == service.id.text && candidate.accountNativeID == account.nativeID
                    && candidate.history.sight(at: now) != .gone
            }
        }
    }

    mutating func requiredEndpointService(of target: EndpointTarget) throws(CloudError) -> EndpointService {
        guard let service = try endpointService(of: target.service, in: target.producer), !service.isLeaving else {
            throw serviceNotFound(target.service.nativeID ?? target.service.id.text)
        }
        return service
    }

    /// The endpoint that carries our endpoint's tag.
    func vpcEndpoint(of target: EndpointTarget) -> PrivateEndpoint? {
        guard let id = roster.id(labelled: target.endpoint.id.text), let endpoint = endpoints[id],
            endpoint.accountNativeID == target.consumer.nativeID, endpoint.status(at: now) != nil
        else { return nil }
        return endpoint
    }

    mutating func observation(ofPrivateLink target: EndpointTarget) throws(CloudError) -> EndpointObservation {
        let isManaged = target.endpoint.mode == .managed
        var (own, hindrance): (PrivateEndpoint?, Hindrance?)
        if isManaged {
            do throws(CloudError) {
                try requireEntry(toAWSAccount: target.consumer.nativeID)
                own = vpcEndpoint(of: target)
            } catch {
                hindrance = error.hindrance(at: now)
            }
        }
        let service = try endpointService(of: target.service, in: target.producer)
        let connectionID = own?.nativeID ?? target.endpoint.observed.nativeID
        let account = target.consumer.nativeID
        let listed = endpoint(connectionID, of: service?.serviceID, account: account).flatMap {
            isVisible($0) ? $0 : nil
        }
        let others = endpoints(of: service?.serviceID, account: account).filter { isVisible($0) }
            .compactMap { $0.privateLinkConnection(at: now) }.filter { $0.nativeID != connectionID }
        let strangers = others.filter { !target.wantedNativeIDs.contains($0.nativeID) }
        return EndpointObservation(
            admission: service?.admission(of: target) ?? .serviceMissing, revocationGrain: .perConnection,
            endpoint: own.map { nativeEndpoint($0, of: service) }, hindrance: hindrance,
            connection: listed.flatMap { connection(of: $0, on: service, for: target) },
            unrequestedAccepted: strangers.count(where: \.isIn),
            unrequestedWaiting: strangers.count { $0.status == .pending },
            acceptedBeside: others.count(where: \.isIn))
    }

    /// As long as the private name that was asked for could be on and is not, the connection is not all that was
    /// accepted: shown as pending, so that accepting it is done again to the end. A name that is not verified yet holds
    /// nothing up.
    private func connection(
        of endpoint: PrivateEndpoint, on service: EndpointService?, for target: EndpointTarget
    ) -> Connection? {
        guard let shown = endpoint.privateLinkConnection(at: now) else { return nil }
        guard target.wantsPrivateDNS, service?.canAnswerPrivately == true, !endpoint.hasPrivateDNS,
            shown.status == .accepted, target.endpoint.desired == .present
        else { return shown }
        return Connection(
            nativeID: shown.nativeID, accountNativeID: shown.accountNativeID, networkNativeID: shown.networkNativeID,
            status: .pending, nativeStatus: shown.nativeStatus, isServing: false)
    }

    private func nativeEndpoint(_ endpoint: PrivateEndpoint, of service: EndpointService?) -> NativeEndpoint {
        let status = endpoint.status(at: now)
        let condition: NativeEndpoint.Condition =
            switch status.flatMap(EC2EndpointState.init(wire:)) {
            case .deleting, .deleted: .deleting
            case .failed, .expired: .failed(reason: endpoint.failureReason ?? "The endpoint is \(status ?? "gone").")
            case .pendingAcceptance, .pending, .available, .rejected, .partial, nil: .usable
            }
        let names = endpoint.dnsNames + (endpoint.hasPrivateDNS ? [service?.privateDNSName].compactMap(\.self) : [])
        return NativeEndpoint(
            nativeID: endpoint.nativeID, condition: condition, addresses: endpoint.addresses.values.sorted(),
            dnsNames: names)
    }
}
