import Connectivity
import ControlPlane
import TestSupport

extension AWSRig {
    func createEndpoint(
        by consumer: RigConsumer, in subnet: Subnet, to service: RigService, disguisedAs disguise: ID<Endpoint>?
    ) async throws -> String {
        // What Postern calls its endpoints: only the tag with the id makes one ours.
        try await emulator.makeEndpoint(
            in: consumer.account.nativeID, vpc: consumer.network.nativeID, subnet: subnet.nativeID,
            serviceName: service.serviceName, name: disguise.map { _ in "postern contract" })
    }

    func deleteEndpoint(_ nativeID: String, by consumer: RigConsumer) async throws {
        try await emulator.boto(
            consumer.account.nativeID, "delete_vpc_endpoints", ["VpcEndpointIds": [.string(nativeID)]])
    }

    /// The emulator's sessions keep what their role might do when they began, so they have to end.
    func setBarred(_ isBarred: Bool, from consumer: RigConsumer) async throws {
        _ = try await account(consumer.account.nativeID, policies: isBarred ? [] : ["consumer-role"])
        try await emulator("expire_sessions")
    }

    func hold(_ address: IPv4Address, in subnet: Subnet, of consumer: RigConsumer) async throws {
        try await hold([address], in: subnet, of: consumer)
    }

    func fill(_ subnet: Subnet, of consumer: RigConsumer) async throws {
        let held = try await heldAddresses(of: consumer)
        // AWS keeps the first four addresses and the last.
        let range = (subnet.range.lowest.value + 4)..<subnet.range.highest.value
        let free = range.map { IPv4Address(value: $0) }.filter { !held.contains($0.description) }
        try await hold(free, in: subnet, of: consumer)
    }

    private func hold(_ addresses: [IPv4Address], in subnet: Subnet, of consumer: RigConsumer) async throws {
        let wish = addresses.enumerated().map { index, address -> JSON in
            ["PrivateIpAddress": .string(address.description), "Primary": .bool(index == 0)]
        }
        try await emulator.boto(
            consumer.account.nativeID, "create_network_interface",
            ["SubnetId": .string(subnet.nativeID), "PrivateIpAddresses": .array(wish)])
    }

    func admit(_ accountNativeID: String, limit: Int, to service: RigService) async throws {
        try await emulator.boto(
            service.account.nativeID, "modify_vpc_endpoint_service_permissions",
            ["ServiceId": .string(service.nativeID), "AddAllowedPrincipals": [principal(accountNativeID)]])
    }

    func removeAdmission(_ accountNativeID: String, from service: RigService) async throws {
        try await emulator.boto(
            service.account.nativeID, "modify_vpc_endpoint_service_permissions",
            ["ServiceId": .string(service.nativeID), "RemoveAllowedPrincipals": [principal(accountNativeID)]])
    }

    private func principal(_ account: String) -> JSON {
        .string(account == "*" ? "*" : "arn:aws:iam::\(account):root")
    }

    func refuse(_ accountNativeID: String, at service: RigService) async throws {}

    func reject(_ endpointNativeID: String, at service: RigService) async throws {
        try await reject([endpointNativeID], at: service)
    }

    private func reject(_ endpoints: [String], at service: RigService) async throws {
        try await emulator.boto(
            service.account.nativeID, "reject_vpc_endpoint_connections",
            [
                "ServiceId": .string(service.nativeID),
                "VpcEndpointIds": .array(endpoints.map { .string($0) }),
            ])
    }

    func createService(in producer: RigAccount, region: String) async throws -> RigService {
        let made = try await emulator.makeService(in: producer.nativeID)
        return RigService(account: producer, nativeID: made.id, serviceName: made.name)
    }

    func deleteService(_ service: RigService) async throws {
        let connected = try await connections(to: service).keys.sorted()
        if !connected.isEmpty { try await reject(connected, at: service) }
        let reply = try await emulator.boto(
            service.account.nativeID, "delete_vpc_endpoint_service_configurations",
            ["ServiceIds": [.string(service.nativeID)]])
        guard reply["Unsuccessful"].elements.isEmpty else { throw EmulatorFailure("\(reply)") }
    }

    func script(_ fault: ScriptedFault) async throws {
        var wish: [String: JSON] = ["kind": .string(fault.kind.rawValue), "count": .number(Double(fault.count))]
        if let operation = fault.operation { wish["action"] = .string(Self.action(of: operation)) }
        try await emulator("fault", .object(wish))
    }

    private static func action(of operation: ScriptedFault.Operation) -> String {
        switch operation {
        case .networks: "DescribeVpcs"
        case .observeService, .observeEndpoint: "DescribeVpcEndpointServiceConfigurations"
        case .publish: "CreateVpcEndpointServiceConfiguration"
        case .unpublish: "DeleteVpcEndpointServiceConfigurations"
        case .admit, .expel: "ModifyVpcEndpointServicePermissions"
        case .createEndpoint: "CreateVpcEndpoint"
        case .accept: "AcceptVpcEndpointConnections"
        case .reject: "RejectVpcEndpointConnections"
        case .deleteEndpoint: "DeleteVpcEndpoints"
        }
    }

    func clearFaults() async throws { try await emulator("clear_faults") }

    func show(nativeStatus: String, ofEndpoint endpointNativeID: String, at service: RigService) async throws {
        try await emulator(
            "endpoint_state", ["endpoint": .string(endpointNativeID), "state": .string(nativeStatus)])
    }

    func advance() async throws { try await emulator("advance") }

    func advance(only scene: BackendScene) async throws {
        let accounts = [scene.producer.nativeID] + scene.consumers.map(\.account.nativeID)
        try await emulator("advance", ["accounts": .array(accounts.map { .string($0) })])
    }
}
