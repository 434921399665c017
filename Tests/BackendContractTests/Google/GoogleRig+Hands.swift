import CloudTransport
import Connectivity
import TestSupport

extension GoogleRig {
    func createEndpoint(
        by consumer: RigConsumer, in subnet: Subnet, to service: RigService, disguisedAs disguise: ID<Endpoint>?
    ) async throws -> String {
        let name =
            disguise.map { "postern-" + $0.text.replacing("_", with: "-") }
            ?? "by-hand-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
        return try await emulator.makeEndpoint(
            name, in: consumer.account.nativeID, subnetwork: subnet.nativeID, to: service.nativeID)
    }

    func deleteEndpoint(_ nativeID: String, by consumer: RigConsumer) async throws {
        try await emulator("settle")
        try await emulator.compute(.delete, nativeID)
        let address = nativeID.replacing("/forwardingRules/", with: "/addresses/")
        let addresses = try await emulator.compute(.get, "\(regional(consumer.account.nativeID))/addresses")
        guard addresses["items"].elements.contains(where: { $0["selfLink"].text?.hasSuffix(address) == true }) else {
            return
        }
        try await emulator.compute(.delete, address)
    }

    func setBarred(_ isBarred: Bool, from consumer: RigConsumer) async throws {
        let project = consumer.account.nativeID
        let permissions = isBarred ? [] : try GoogleEmulator.role("postern-consumer").map { JSON.string($0) }
        try await emulator(
            "project",
            ["id": .string(project), "permissions": [GoogleEmulator.identity(in: project): .array(permissions)]])
    }

    func hold(_ address: IPv4Address, in subnet: Subnet, of consumer: RigConsumer) async throws {
        try await emulator(
            "hold", ["subnetwork": .string(subnet.nativeID), "address": .string(address.description)])
    }

    func fill(_ subnet: Subnet, of consumer: RigConsumer) async throws {
        try await emulator("hold", ["subnetwork": .string(subnet.nativeID)])
    }

    func admit(_ accountNativeID: String, limit: Int, to service: RigService) async throws {
        try await emulator.edit(service.nativeID) { seen in
            let others = seen["consumerAcceptLists"].elements.filter { $0["projectIdOrNum"].text != accountNativeID }
            let entry: JSON = ["projectIdOrNum": .string(accountNativeID), "connectionLimit": .number(Double(limit))]
            return ["consumerAcceptLists": .array(others + [entry])]
        }
    }

    func removeAdmission(_ accountNativeID: String, from service: RigService) async throws {
        try await emulator.edit(service.nativeID) { seen in
            let others = seen["consumerAcceptLists"].elements.filter { $0["projectIdOrNum"].text != accountNativeID }
            return ["consumerAcceptLists": .array(others)]
        }
    }

    func refuse(_ accountNativeID: String, at service: RigService) async throws {
        try await emulator.edit(service.nativeID) { seen in
            ["consumerRejectLists": .array(seen["consumerRejectLists"].elements + [.string(accountNativeID)])]
        }
    }

    func reject(_ endpointNativeID: String, at service: RigService) async throws {
        let project = String(endpointNativeID.split(separator: "/")[1])
        try await emulator.edit(service.nativeID) { seen in
            [
                "consumerRejectLists": .array(seen["consumerRejectLists"].elements + [.string(project)]),
                "reconcileConnections": true,
            ]
        }
    }

    func createService(in producer: RigAccount, region: String) async throws -> RigService {
        let attachment = try await emulator.makeAttachment("spare", in: producer.nativeID, nat: "nat-c")
        return RigService(account: producer, nativeID: attachment, serviceName: attachment)
    }

    func deleteService(_ service: RigService) async throws {
        try await emulator("settle")
        try await emulator.compute(.delete, service.nativeID)
    }

    func show(nativeStatus: String, ofEndpoint endpointNativeID: String, at service: RigService) async throws {
        try await emulator(
            "status",
            [
                "attachment": .string(service.nativeID), "endpoint": .string(endpointNativeID),
                "status": .string(nativeStatus),
            ])
    }
}
