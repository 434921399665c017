public import Connectivity
public import ControlPlane

/// The producer's side: the endpoint service.
extension AWSPrivateLinkBackend {
    public func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        let ec2 = try producer(target.account, of: target.service)
        guard let seen = try await ec2.configuration(of: target.service),
            let condition = ServiceState(seen.serviceState).condition
        else { return nil }
        let principals = try await ec2.allowedPrincipals(of: seen.serviceId)
        let connections = try await ec2.connections(to: seen.serviceId)
        return ServiceObservation(
            nativeID: seen.serviceId, serviceName: seen.serviceName, condition: condition,
            warnings: seen.warnings(principals: principals), connections: connections.compactMap { Connection($0) })
    }

    public func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published(let blueprint) = target.service.origin else { return }
        let ec2 = try producer(target.account, of: target.service)
        guard try await ec2.configuration(of: target.service) == nil else { return }
        _ = try await ec2.createService(try Self.creation(of: target.service, from: blueprint))
    }

    public func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        let ec2 = try producer(target.account, of: target.service)
        for service in try await ec2.services(tagged: OwnershipTag.service, target.service.id.text) {
            guard ServiceState(service.serviceState).isDeletable else { continue }
            // EC2 deletes no service that has connections, whoever asked for them.
            let connected = try await ec2.connections(to: service.serviceId).filter(\.endpointState.isUp)
            if !connected.isEmpty {
                _ = try await ec2.reject(connected.map(\.vpcEndpointId), at: service.serviceId)
            }
            do throws(CloudError) {
                try await ec2.deleteService(service.serviceId)
            } catch {
                guard error.cloudCode == "ExistingVpcEndpointConnections" else { throw error }
                throw error.retryable("The service's connections were rejected and still show.")
            }
        }
    }

    private static func creation(
        of service: PublishedService, from blueprint: PublishedService.Blueprint
    ) throws(CloudError) -> QueryForm {
        var form = QueryForm(["AcceptanceRequired": "true"])
        form.add(try balancerParameter(blueprint.loadBalancer), each: [blueprint.loadBalancer])
        form.add("PrivateDnsName", blueprint.domainName)
        form.add("SupportedRegion", each: blueprint.supportedRegions)
        form.addTags([OwnershipTag.service: service.id.text, "Name": service.name.text], to: "vpc-endpoint-service")
        // A token answers with what it once made, even after its deletion: one that was seen and is gone has had its own.
        let predecessor = service.nativeID.map { "-\($0.suffix(17))" } ?? ""
        form.add("ClientToken", service.id.text + predecessor)
        return form
    }

    private static func balancerParameter(_ arn: String) throws(CloudError) -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        if parts.count == 6, parts[0] == "arn", parts[2] == "elasticloadbalancing" {
            if parts[5].hasPrefix("loadbalancer/net/") { return "NetworkLoadBalancerArn" }
            if parts[5].hasPrefix("loadbalancer/gwy/") { return "GatewayLoadBalancerArn" }
        }
        throw CloudError(
            kind: .invalid,
            message:
                "\(arn.prefix(200)) is not the ARN of a network or gateway load balancer: PrivateLink serves no other.")
    }
}

extension EC2 {
    /// An adopted service by its id; one of ours by its tag, since it may have been made anew.
    func configuration(of service: PublishedService) async throws(CloudError) -> EndpointServiceConfiguration? {
        let found: [EndpointServiceConfiguration] =
            switch service.origin {
            case .adopted(let id): [try await self.service(id)].compactMap { $0 }
            case .published: try await services(tagged: OwnershipTag.service, service.id.text)
            }
        // One that is being deleted is told of only if there is no other.
        return found.first { ServiceState($0.serviceState) != .deleting && ServiceState($0.serviceState) != .deleted }
            ?? found.first { ServiceState($0.serviceState) == .deleting }
    }
}

/// The state of an endpoint service, read as leniently as an endpoint's.
enum ServiceState: Hashable, Sendable {
    case pending, available, deleting, deleted, failed
    case unknown(String)

    init(_ word: String) {
        self =
            switch word.lowercased() {
            case "pending": .pending
            case "available": .available
            case "deleting": .deleting
            case "deleted": .deleted
            case "failed": .failed
            default: .unknown(word)
            }
    }

    /// nil: it is gone.
    var condition: ServiceObservation.Condition? {
        switch self {
        case .available: .usable
        case .pending, .deleting: .changing
        case .failed: .failed(reason: "EC2 shows the endpoint service as failed.")
        case .unknown(let word):
            .failed(reason: "EC2 shows a state that this version of Postern does not know: \(word).")
        case .deleted: nil
        }
    }

    var isDeletable: Bool { self != .deleting && self != .deleted }
}

extension EndpointServiceConfiguration {
    /// What the owners should know of the service's settings.
    func warnings(principals: Set<String>) -> [Finding] {
        var warnings: [Finding] = []
        if principals.contains("*") {
            warnings.append(
                Finding(
                    code: .wildcardPrincipal, severity: .warn,
                    message: "The service's allowed principals include *: every AWS account may ask for a connection."))
        }
        if acceptanceRequired == false {
            warnings.append(
                Finding(
                    code: .automaticAcceptance, severity: .warn,
                    message: "The service accepts connections by itself (AcceptanceRequired is off): every allowed "
                        + "principal connects, whatever is decided here."))
        }
        if let name = privateDnsName, !name.isEmpty, !hasVerifiedPrivateDNS {
            warnings.append(Finding(code: .dnsUnverified, severity: .warn, message: unverified(name)))
        }
        return warnings
    }

    private func unverified(_ name: String) -> String {
        let state = privateDnsNameConfiguration?.state ?? "not verified"
        var message = "The private DNS name \(name) is \(state): consumers cannot use it yet."
        if let record = privateDnsNameConfiguration, let host = record.name, let value = record.value {
            message +=
                " Set a \(record.type ?? "TXT") record \(host) in the public DNS zone of \(name) to \"\(value)\", "
                + "then start the check (StartVpcEndpointServicePrivateDnsVerification of \(serviceId))."
        }
        return message
    }
}

extension Connection {
    /// nil for one that is gone, or going.
    init?(_ seen: VPCEndpointConnection) {
        guard let status = seen.endpointState.status else { return nil }
        // The owner of a service is not told in which VPC an endpoint is.
        self.init(
            nativeID: seen.vpcEndpointId, accountNativeID: seen.vpcEndpointOwner, networkNativeID: nil, status: status,
            nativeStatus: seen.vpcEndpointState, isServing: seen.endpointState.isServing)
    }
}
