import Connectivity
import ControlPlane

/// A VPC endpoint service, as its owner sees it.
struct EndpointServiceConfiguration: Decodable, Sendable {
    struct Kind: Decodable, Sendable {
        let serviceType: String
    }

    struct PrivateDNS: Decodable, Sendable {
        let state: String?
        let type: String?
        let value: String?
        let name: String?
    }

    let serviceId: String
    let serviceName: String
    let serviceState: String
    let serviceType: Items<Kind>?
    let acceptanceRequired: Bool?
    let privateDnsName: String?
    let privateDnsNameConfiguration: PrivateDNS?
    let tagSet: Items<Tag>?

    /// Endpoints of it route packets through an appliance: they have neither DNS names nor security groups.
    var isGatewayLoadBalancer: Bool { serviceType.elements().contains { $0.serviceType == "GatewayLoadBalancer" } }
    var hasVerifiedPrivateDNS: Bool {
        privateDnsName?.isEmpty == false && privateDnsNameConfiguration?.state?.lowercased() == "verified"
    }
}

private struct ServicePage: EC2.Page {
    let serviceConfigurationSet: Items<EndpointServiceConfiguration>?
    let nextToken: String?
    var elements: [EndpointServiceConfiguration] { serviceConfigurationSet.elements() }
}

private struct CreatedService: Decodable, Sendable {
    let serviceConfiguration: EndpointServiceConfiguration
}

private struct PrincipalPage: EC2.Page {
    struct Allowed: Decodable, Sendable {
        let principal: String
    }

    let allowedPrincipals: Items<Allowed>?
    let nextToken: String?
    var elements: [String] { allowedPrincipals.elements().map(\.principal) }
}

extension EC2 {
    func service(_ id: String) async throws(CloudError) -> EndpointServiceConfiguration? {
        try await listIfPresent(
            "DescribeVpcEndpointServiceConfigurations", QueryForm(["ServiceId.1": id]), as: ServicePage.self
        ).first
    }

    /// Those that carry the tag, ones that are being deleted included.
    func services(tagged key: String, _ value: String) async throws(CloudError) -> [EndpointServiceConfiguration] {
        var form = QueryForm()
        form.addFilter("tag:\(key)", [value])
        return try await list("DescribeVpcEndpointServiceConfigurations", form, as: ServicePage.self)
    }

    func createService(_ form: QueryForm) async throws(CloudError) -> EndpointServiceConfiguration {
        try await call("CreateVpcEndpointServiceConfiguration", form, as: CreatedService.self).serviceConfiguration
    }

    /// One that is gone already is as good as deleted.
    func deleteService(_ id: String) async throws(CloudError) {
        let action = "DeleteVpcEndpointServiceConfigurations"
        let reply = try await call(action, QueryForm(["ServiceId.1": id]), as: BatchReply.self)
        if let error = reply.error(of: action, toleratesAbsence: true) { throw error }
    }

    /// A service that goes between two looks lets nobody in.
    func allowedPrincipals(of service: String) async throws(CloudError) -> Set<String> {
        Set(
            try await listIfPresent(
                "DescribeVpcEndpointServicePermissions", QueryForm(["ServiceId": service]), as: PrincipalPage.self))
    }

    func allow(_ principal: String, at service: String) async throws(CloudError) {
        _ = try await call(
            "ModifyVpcEndpointServicePermissions",
            QueryForm(["ServiceId": service, "AddAllowedPrincipals.1": principal]), as: DoneReply.self)
    }

    func disallow(_ principal: String, at service: String) async throws(CloudError) {
        _ = try await call(
            "ModifyVpcEndpointServicePermissions",
            QueryForm(["ServiceId": service, "RemoveAllowedPrincipals.1": principal]), as: DoneReply.self)
    }
}
