import CloudTransport
import Connectivity
import ControlPlane
import TestSupport

extension GoogleRig {
    func endpoints(of consumer: RigConsumer) async throws -> [RigEndpoint] {
        let rules = try await emulator.compute(.get, "\(regional(consumer.account.nativeID))/forwardingRules")
        return rules["items"].elements.filter { $0["target"].text?.contains("/serviceAttachments/") == true }
            .map { rule in
                let address = rule["IPAddress"].text ?? ""
                let subnets = consumer.network.subnets.filter { subnet in
                    IPv4Address(address).map(subnet.range.contains) ?? false
                }
                return RigEndpoint(
                    nativeID: path(rule["selfLink"]), endpointID: rule["labels"]["postern-endpoint"].text,
                    subnetNativeIDs: Set(subnets.map(\.nativeID)), addresses: [address],
                    hasGlobalAccess: rule["allowPscGlobalAccess"].isTrue)
            }
    }

    func heldAddresses(of consumer: RigConsumer) async throws -> Set<String> {
        Set(try await emulator("addresses", ["project": .string(consumer.account.nativeID)])["held"].texts)
    }

    func services(of producer: RigAccount) async throws -> [RigService] {
        let attachments = try await emulator.compute(.get, "\(regional(producer.nativeID))/serviceAttachments")
        return attachments["items"].elements.map { attachment in
            // `Published service svc_…, made by Postern.`
            let words = (attachment["description"].text ?? "").split(whereSeparator: { $0 == " " || $0 == "," })
            return RigService(
                account: producer, nativeID: path(attachment["selfLink"]), serviceName: path(attachment["selfLink"]),
                serviceID: words.first { $0.hasPrefix("svc_") }.map(String.init))
        }
    }

    func admissions(to service: RigService) async throws -> [String: Int?] {
        let entries = try await emulator.compute(.get, service.nativeID)["consumerAcceptLists"].elements
        return Dictionary(
            entries.map { entry in
                guard case .number(let limit) = entry["connectionLimit"] else {
                    return (entry["projectIdOrNum"].text ?? "", nil)
                }
                return (entry["projectIdOrNum"].text ?? "", Int(limit))
            }, uniquingKeysWith: { first, _ in first })
    }

    func connections(to service: RigService) async throws -> [String: String] {
        let connected = try await emulator.compute(.get, service.nativeID)["connectedEndpoints"].elements
        return Dictionary(
            connected.map { (path($0["endpoint"]), $0["status"].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    private func path(_ url: JSON) -> String {
        (url.text ?? "").replacing("https://www.googleapis.com/compute/v1/", with: "")
    }
}
