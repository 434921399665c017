import Connectivity
import ControlPlane

/// An endpoint, as its own account sees it.
struct VPCEndpoint: Decodable, Sendable {
    struct DNSEntry: Decodable, Sendable {
        let dnsName: String?
    }

    struct LastError: Decodable, Sendable {
        let code: String?
        let message: String?
    }

    let vpcEndpointId: String
    let state: String
    let creationTimestamp: String?
    let subnetIdSet: Items<String>?
    let networkInterfaceIdSet: Items<String>?
    let dnsEntrySet: Items<DNSEntry>?
    let privateDnsEnabled: Bool?
    let lastError: LastError?
    let failureReason: String?
    let tagSet: Items<Tag>?

    var endpointState: EndpointState { EndpointState(state) }
}

/// An endpoint, as the service's owner sees it.
struct VPCEndpointConnection: Decodable, Sendable {
    let vpcEndpointId: String
    let vpcEndpointOwner: String
    let vpcEndpointState: String

    var endpointState: EndpointState { EndpointState(vpcEndpointState) }
}

private struct EndpointPage: EC2.Page {
    let vpcEndpointSet: Items<VPCEndpoint>?
    let nextToken: String?
    var elements: [VPCEndpoint] { vpcEndpointSet.elements() }
}

private struct ConnectionPage: EC2.Page {
    let vpcEndpointConnectionSet: Items<VPCEndpointConnection>?
    let nextToken: String?
    var elements: [VPCEndpointConnection] { vpcEndpointConnectionSet.elements() }
}

private struct CreatedEndpoint: Decodable, Sendable {
    let vpcEndpoint: VPCEndpoint
}

extension EC2 {
    func endpoints(tagged key: String, _ value: String) async throws(CloudError) -> [VPCEndpoint] {
        var form = QueryForm()
        form.addFilter("tag:\(key)", [value])
        return try await list("DescribeVpcEndpoints", form, as: EndpointPage.self)
    }

    /// - Parameter token: a repeat with the same gives what the first made, even if that was deleted since.
    func createEndpoint(_ form: QueryForm, token: String) async throws(CloudError) -> VPCEndpoint {
        var form = form
        form.add("ClientToken", token)
        return try await call("CreateVpcEndpoint", form, as: CreatedEndpoint.self).vpcEndpoint
    }

    func enablePrivateDNS(of endpoint: String) async throws(CloudError) {
        _ = try await call(
            "ModifyVpcEndpoint", QueryForm(["VpcEndpointId": endpoint, "PrivateDnsEnabled": "true"]),
            as: DoneReply.self)
    }

    /// Those that are gone already are as good as deleted.
    func deleteEndpoints(_ ids: [String]) async throws(CloudError) {
        var form = QueryForm()
        form.add("VpcEndpointId", each: ids)
        let reply = try await call("DeleteVpcEndpoints", form, as: BatchReply.self)
        if let error = reply.error(of: "DeleteVpcEndpoints", toleratesAbsence: true) { throw error }
    }

    /// - Parameter owner: only endpoints of this account; nil: of all.
    func connections(
        to service: String, of owner: String? = nil
    ) async throws(CloudError) -> [VPCEndpointConnection] {
        var form = QueryForm()
        form.addFilter("service-id", [service])
        if let owner { form.addFilter("vpc-endpoint-owner", [owner]) }
        return try await list("DescribeVpcEndpointConnections", form, as: ConnectionPage.self)
    }

    /// - Returns: why EC2 did not accept it; nil if it did.
    func accept(_ endpoint: String, at service: String) async throws(CloudError) -> CloudError? {
        try await decide("AcceptVpcEndpointConnections", [endpoint], at: service)
    }

    /// - Returns: why EC2 did not reject one of them; nil if it did.
    func reject(_ endpoints: [String], at service: String) async throws(CloudError) -> CloudError? {
        try await decide("RejectVpcEndpointConnections", endpoints, at: service)
    }

    private func decide(
        _ action: String, _ endpoints: [String], at service: String
    ) async throws(CloudError) -> CloudError? {
        var form = QueryForm(["ServiceId": service])
        form.add("VpcEndpointId", each: endpoints)
        return try await call(action, form, as: BatchReply.self).error(of: action)
    }
}
