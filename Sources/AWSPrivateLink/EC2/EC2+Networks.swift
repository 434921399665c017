import Connectivity
import ControlPlane

struct VPC: Decodable, Sendable {
    struct Association: Decodable, Sendable {
        struct State: Decodable, Sendable {
            let state: String
        }

        let cidrBlock: String
        let cidrBlockState: State?
    }

    let vpcId: String
    let cidrBlock: String?
    let cidrBlockAssociationSet: Items<Association>?
    let tagSet: Items<Tag>?

    var ranges: [CIDR] {
        let associated = cidrBlockAssociationSet.elements()
            .filter { $0.cidrBlockState.map { $0.state == "associated" } ?? true }.map(\.cidrBlock)
        return (associated.isEmpty ? [cidrBlock].compactMap { $0 } : associated).compactMap { CIDR($0) }
    }
}

struct SubnetDescription: Decodable, Sendable {
    let subnetId: String
    let vpcId: String
    let cidrBlock: String?
    let availabilityZoneId: String?
    let tagSet: Items<Tag>?
}

struct NetworkInterface: Decodable, Sendable {
    struct Address: Decodable, Sendable {
        let ipv6Address: String
    }

    let networkInterfaceId: String
    let subnetId: String?
    let privateIpAddress: String?
    let ipv6AddressesSet: Items<Address>?

    /// Of both IP versions, IPv4 first.
    var addresses: [String] {
        [privateIpAddress].compactMap(\.self) + ipv6AddressesSet.elements().map(\.ipv6Address)
    }
}

private struct VPCPage: EC2.Page {
    let vpcSet: Items<VPC>?
    let nextToken: String?
    var elements: [VPC] { vpcSet.elements() }
}

private struct SubnetPage: EC2.Page {
    let subnetSet: Items<SubnetDescription>?
    let nextToken: String?
    var elements: [SubnetDescription] { subnetSet.elements() }
}

private struct NetworkInterfacePage: EC2.Page {
    let networkInterfaceSet: Items<NetworkInterface>?
    let nextToken: String?
    var elements: [NetworkInterface] { networkInterfaceSet.elements() }
}

extension EC2 {
    func vpcs() async throws(CloudError) -> [VPC] { try await list("DescribeVpcs", as: VPCPage.self) }

    func subnets() async throws(CloudError) -> [SubnetDescription] {
        try await list("DescribeSubnets", as: SubnetPage.self)
    }

    /// Those of the interfaces that exist; while an endpoint is deleted they go one by one.
    func networkInterfaces(_ ids: [String]) async throws(CloudError) -> [NetworkInterface] {
        guard !ids.isEmpty else { return [] }
        var form = QueryForm()
        form.addFilter("network-interface-id", ids)
        return try await list("DescribeNetworkInterfaces", form, as: NetworkInterfacePage.self)
    }
}
