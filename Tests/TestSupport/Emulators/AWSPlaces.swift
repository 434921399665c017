import Foundation

/// Accounts, networks and services in the emulator, made by boto3.
extension AWSEmulator {
    /// Twelve digits that no other test has.
    public static func freshAccount() -> String { String(Int.random(in: 100_000_000_000...999_999_999_999)) }

    /// An account with a role that Postern's identity may assume, which may do what the named policies say.
    /// - Returns: the role's ARN.
    public func makeAccount(
        _ account: String, policies: [String], trusting identity: String, externalID: String
    ) async throws -> String {
        try await self("account", ["account": .string(account)])
        let documents = try policies.map { try Self.policy($0) }
        let role = try await self(
            "role",
            [
                "account": .string(account), "name": "postern", "policies": .array(documents),
                "trusts": [.string(identity)], "external_id": .string(externalID),
            ])
        return role["arn"].text ?? ""
    }

    /// A VPC with a subnet in each zone of the list: `10.0.0.0/28`, `10.0.1.0/28`, ….
    public func makeNetwork(
        in account: String, zones: String, name: String
    ) async throws -> (vpc: String, subnets: [JSON]) {
        func tags(_ kind: String, _ name: String) -> JSON {
            [["ResourceType": .string(kind), "Tags": [["Key": "Name", "Value": .string(name)]]]]
        }
        let vpc = try await boto(
            account, "create_vpc", ["CidrBlock": "10.0.0.0/16", "TagSpecifications": tags("vpc", name)])
        let id = vpc["Vpc"]["VpcId"].text ?? ""
        var subnets: [JSON] = []
        for (index, zone) in zones.enumerated() {
            let subnet = try await boto(
                account, "create_subnet",
                [
                    "VpcId": .string(id), "CidrBlock": .string("10.0.\(index).0/28"),
                    "AvailabilityZone": .string("\(Self.region)\(zone)"),
                    "TagSpecifications": tags("subnet", "\(name)-\(zone)"),
                ])
            subnets.append(subnet["Subnet"])
        }
        return (id, subnets)
    }

    /// A network load balancer in new subnets of the account.
    public func makeBalancer(in account: String, type: String = "network") async throws -> String {
        let network = try await makeNetwork(in: account, zones: "ab", name: "backend")
        let made = try await boto(
            account, "create_load_balancer",
            [
                "Name": .string("lb-\(UInt32.random(in: 0...UInt32.max))"), "Type": .string(type),
                "Subnets": .array(network.subnets.map { $0["SubnetId"] }),
            ], service: "elbv2")
        return made["LoadBalancers"][0]["LoadBalancerArn"].text ?? ""
    }

    /// An endpoint service made by hand, which its owner lets Postern adopt.
    public func makeService(
        in account: String, acceptanceRequired: Bool = true, privateDNSName: String? = nil
    ) async throws -> (id: String, name: String) {
        var wish: [String: JSON] = [
            "NetworkLoadBalancerArns": [.string(try await makeBalancer(in: account))],
            "AcceptanceRequired": .bool(acceptanceRequired),
            "TagSpecifications": [
                ["ResourceType": "vpc-endpoint-service", "Tags": [["Key": "postern:adopt", "Value": "yes"]]]
            ],
        ]
        if let privateDNSName { wish["PrivateDnsName"] = .string(privateDNSName) }
        let made = try await boto(account, "create_vpc_endpoint_service_configuration", .object(wish))
        let service = made["ServiceConfiguration"]
        return (service["ServiceId"].text ?? "", service["ServiceName"].text ?? "")
    }

    /// An endpoint made by hand.
    public func makeEndpoint(
        in account: String, vpc: String, subnet: String, serviceName: String, name: String? = nil
    ) async throws -> String {
        var wish: [String: JSON] = [
            "VpcEndpointType": "Interface", "VpcId": .string(vpc), "ServiceName": .string(serviceName),
            "SubnetIds": [.string(subnet)], "PrivateDnsEnabled": false,
        ]
        if let name {
            wish["TagSpecifications"] = [
                ["ResourceType": "vpc-endpoint", "Tags": [["Key": "Name", "Value": .string(name)]]]
            ]
        }
        let made = try await boto(account, "create_vpc_endpoint", .object(wish))
        return made["VpcEndpoint"]["VpcEndpointId"].text ?? ""
    }
}
