public import Connectivity
public import ControlPlane

/// The consumer's side: the endpoint.
extension AWSPrivateLinkBackend {
    public func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        let producer = try producer(target.producer, of: target.service)
        let service = try await producer.configuration(of: target.service)
        var connections: [VPCEndpointConnection] = []
        var admission = Admission.serviceMissing
        if let service, ServiceState(service.serviceState).isDeletable {
            let principals = try await producer.allowedPrincipals(of: service.serviceId)
            // Where everybody is let in there may be no entry of ours: nothing to add, and nothing to take away.
            let isAdmitted =
                principals.contains(producer.root(of: target.consumer))
                || target.endpoint.desired == .present && principals.contains("*")
            admission = isAdmitted ? .admitted(limit: nil) : .absent
            connections = try await producer.connections(to: service.serviceId, of: target.consumer.nativeID)
        }
        var (endpoint, hindrance): (NativeEndpoint?, Hindrance?)
        do throws(CloudError) {
            endpoint = try await nativeEndpoint(of: target, service: service)
        } catch {
            hindrance = error.hindrance(at: producer.api.now())
        }
        let nativeID = endpoint?.nativeID ?? target.endpoint.observed.nativeID
        let own = connections.first { $0.vpcEndpointId == nativeID }
        let others = connections.filter { $0.vpcEndpointId != nativeID }
        let unrequested = others.filter { !target.wantedNativeIDs.contains($0.vpcEndpointId) }
        return EndpointObservation(
            admission: admission, revocationGrain: .perConnection, endpoint: endpoint, hindrance: hindrance,
            connection: own.flatMap { Connection($0) },
            unrequestedAccepted: unrequested.count { $0.endpointState.status == .accepted },
            unrequestedWaiting: unrequested.count { $0.endpointState.status == .pending },
            acceptedBeside: others.count { $0.endpointState.status == .accepted })
    }

    public func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        guard target.endpoint.mode == .managed else { return }
        let consumer = try consumer(target)
        let existing = try await consumer.endpoints(tagged: OwnershipTag.endpoint, target.endpoint.id.text)
        guard !existing.contains(where: { $0.endpointState.exists }) else { return }
        let (producer, service) = try await producerSide(target)
        let form = try Self.creation(of: target, at: service)
        do throws(CloudError) {
            let made = try await consumer.createEndpoint(form, token: Self.clientToken(of: target.endpoint))
            guard !made.endpointState.exists else { return }
            // Made and deleted before it was ever seen: the wish itself is new then.
            _ = try await consumer.createEndpoint(form, token: token)
        } catch {
            // Who was let in a moment ago is turned away for a while, in the words for a service that does not exist.
            guard error.cloudCode == "InvalidServiceName",
                try await producer.allowedPrincipals(of: service.serviceId).contains(producer.root(of: target.consumer))
            else { throw error }
            throw error.retryable("The consumer's account does not see the service yet.")
        }
    }

    /// The same until the endpoint was seen and is gone. EC2 lists what it made with delay: a token for each attempt would
    /// make a second one meanwhile.
    private static func clientToken(of endpoint: Endpoint) -> String {
        endpoint.id.text + (endpoint.observed.nativeID.map { "-\($0.suffix(17))" } ?? "")
    }

    public func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        let consumer = try consumer(target)
        let ours = try await consumer.endpoints(tagged: OwnershipTag.endpoint, target.endpoint.id.text)
            .filter(\.endpointState.exists).map(\.vpcEndpointId)
        guard !ours.isEmpty else { return }
        try await consumer.deleteEndpoints(ours)
    }

    /// Ours in the consumer's network, by its tag; nil for a self-managed one.
    private func nativeEndpoint(
        of target: EndpointTarget, service: EndpointServiceConfiguration?
    ) async throws(CloudError) -> NativeEndpoint? {
        guard target.endpoint.mode == .managed else { return nil }
        let consumer = try consumer(target)
        let found = try await consumer.endpoints(tagged: OwnershipTag.endpoint, target.endpoint.id.text)
            .sorted { ($0.creationTimestamp ?? "", $0.vpcEndpointId) < ($1.creationTimestamp ?? "", $1.vpcEndpointId) }
        guard let seen = found.first(where: { $0.endpointState.exists }) ?? found.first,
            let condition = seen.endpointState.condition(reason: seen.reason)
        else { return nil }
        try await finishPrivateDNS(of: seen, of: target, service: service, in: consumer)
        return NativeEndpoint(
            nativeID: seen.vpcEndpointId, condition: condition,
            addresses: try await addresses(of: seen, of: target, in: consumer),
            dnsNames: seen.dnsEntrySet.elements().compactMap(\.dnsName))
    }

    /// EC2 takes private DNS only when the connection is accepted and the name verified, which may be much later than
    /// the endpoint's creation: the first look after that switches on what the request asked for. Where EC2 refuses, the
    /// endpoint is seen all the same, without that name, and every later look tries again.
    private func finishPrivateDNS(
        of seen: VPCEndpoint, of target: EndpointTarget, service: EndpointServiceConfiguration?, in consumer: EC2
    ) async throws(CloudError) {
        guard target.endpoint.options.privateDNS, target.endpoint.desired == .present,
            seen.endpointState == .available, seen.privateDnsEnabled != true, service?.hasVerifiedPrivateDNS == true
        else { return }
        do throws(CloudError) {
            try await consumer.enablePrivateDNS(of: seen.vpcEndpointId)
            refusedPrivateDNS.clear(seen.vpcEndpointId)
        } catch let error where !error.isRetryable {
            refusedPrivateDNS.tell(error, of: seen.vpcEndpointId, to: consumer.api.logger)
        }
    }

    /// The subnet's own first, then those of the additional subnets.
    private func addresses(
        of seen: VPCEndpoint, of target: EndpointTarget, in consumer: EC2
    ) async throws(CloudError) -> [String] {
        guard seen.endpointState.exists else { return [] }
        let interfaces = try await consumer.networkInterfaces(seen.networkInterfaceIdSet.elements())
        let order = [target.endpoint.subnet] + target.endpoint.options.additionalSubnets
        func rank(_ interface: NetworkInterface) -> Int { order.firstIndex(of: interface.subnetId) ?? order.count }
        return interfaces.sorted { (rank($0), $0.networkInterfaceId) < (rank($1), $1.networkInterfaceId) }
            .flatMap(\.addresses)
    }

    private static func creation(
        of target: EndpointTarget, at service: EndpointServiceConfiguration
    ) throws(CloudError) -> QueryForm {
        guard let network = target.network, let subnet = target.subnet else {
            throw CloudError(
                kind: .invalid, message: "The network or the subnet of \(target.endpoint.id) is not known any more.")
        }
        let options = target.endpoint.options
        var form = QueryForm([
            "VpcEndpointType": service.isGatewayLoadBalancer ? "GatewayLoadBalancer" : "Interface",
            "VpcId": network.nativeID, "ServiceName": service.serviceName,
        ])
        form.add("SubnetId", each: [subnet.nativeID] + target.additionalSubnets.map(\.nativeID))
        form.add("IpAddressType", options.ipAddressType?.rawValue)
        if let address = target.endpoint.requestedAddress {
            form.add("SubnetConfiguration.1.SubnetId", subnet.nativeID)
            form.add("SubnetConfiguration.1.Ipv4", address.description)
        }
        if !service.isGatewayLoadBalancer {
            form.add("SecurityGroupId", each: options.securityGroups)
            // On by default, and refused before acceptance.
            form.add("PrivateDnsEnabled", "false")
        }
        form.addTags(
            [OwnershipTag.endpoint: target.endpoint.id.text, "Name": "postern \(target.service.name)"],
            to: "vpc-endpoint")
        return form
    }
}

extension VPCEndpoint {
    /// In EC2's words.
    fileprivate var reason: String {
        let words = [lastError?.code, lastError?.message ?? failureReason].compactMap { $0 }.joined(separator: ": ")
        return words.isEmpty ? "EC2 gives no reason." : words
    }
}
