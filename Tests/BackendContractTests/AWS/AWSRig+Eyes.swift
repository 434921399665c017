import Connectivity
import ControlPlane
import TestSupport

extension AWSRig {
    func endpoints(of consumer: RigConsumer) async throws -> [RigEndpoint] {
        let account = consumer.account.nativeID
        let interfaces = try await interfaces(of: account)
        return try await emulator.boto(account, "describe_vpc_endpoints")["VpcEndpoints"].elements
            .filter { $0["State"].text != "deleted" }
            .map { endpoint in
                let own = Set(endpoint["NetworkInterfaceIds"].texts)
                return RigEndpoint(
                    nativeID: endpoint["VpcEndpointId"].text ?? "", endpointID: tag("postern:endpoint", of: endpoint),
                    subnetNativeIDs: Set(endpoint["SubnetIds"].texts),
                    addresses: Set(interfaces.filter { own.contains($0.id) }.flatMap(\.addresses)),
                    hasPrivateDNS: endpoint["PrivateDnsEnabled"].isTrue,
                    securityGroups: Set(endpoint["Groups"].elements.compactMap { $0["GroupId"].text }))
            }
    }

    func heldAddresses(of consumer: RigConsumer) async throws -> Set<String> {
        Set(try await interfaces(of: consumer.account.nativeID).flatMap(\.addresses))
    }

    func services(of producer: RigAccount) async throws -> [RigService] {
        try await emulator.boto(producer.nativeID, "describe_vpc_endpoint_service_configurations")[
            "ServiceConfigurations"
        ].elements.map { service in
            RigService(
                account: producer, nativeID: service["ServiceId"].text ?? "",
                serviceName: service["ServiceName"].text ?? "", serviceID: tag("postern:service", of: service))
        }
    }

    func admissions(to service: RigService) async throws -> [String: Int?] {
        let reply = try await emulator.boto(
            service.account.nativeID, "describe_vpc_endpoint_service_permissions",
            ["ServiceId": .string(service.nativeID)])
        let names = reply["AllowedPrincipals"].elements.compactMap { $0["Principal"].text }
            .map { $0 == "*" ? $0 : String($0.split(separator: ":")[3]) }
        return Dictionary(names.map { ($0, Int?.none) }, uniquingKeysWith: { first, _ in first })
    }

    func connections(to service: RigService) async throws -> [String: String] {
        let reply = try await emulator.boto(
            service.account.nativeID, "describe_vpc_endpoint_connections",
            ["Filters": [["Name": "service-id", "Values": [.string(service.nativeID)]]]])
        let states = reply["VpcEndpointConnections"].elements.map {
            ($0["VpcEndpointId"].text ?? "", $0["VpcEndpointState"].text ?? "")
        }
        return Dictionary(states, uniquingKeysWith: { first, _ in first })
    }

    private func interfaces(of account: String) async throws -> [(id: String, addresses: [String])] {
        try await emulator.boto(account, "describe_network_interfaces")["NetworkInterfaces"].elements.map {
            (
                id: $0["NetworkInterfaceId"].text ?? "",
                addresses: $0["PrivateIpAddresses"].elements.compactMap { $0["PrivateIpAddress"].text }
            )
        }
    }

    private func tag(_ key: String, of resource: JSON) -> String? {
        resource["Tags"].elements.first { $0["Key"].text == key }?["Value"].text
    }
}
