import Connectivity

extension EndpointOptions {
    static let columns = "additional_subnets, security_groups, private_dns, ip_address_type, global_access"

    var values: [any SQLValue] { [additionalSubnets, securityGroups, privateDNS, ipAddressType, globalAccess] }

    init(_ columns: inout Columns) throws {
        self.init(
            additionalSubnets: try columns.next(), securityGroups: try columns.next(), privateDNS: try columns.next(),
            ipAddressType: try columns.next(), globalAccess: try columns.next())
    }
}
