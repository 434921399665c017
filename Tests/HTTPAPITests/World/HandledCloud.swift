import Connectivity
import ControlPlane
import Synchronization

/// A development cloud that only writes down what it is told.
final class HandledCloud: DevelopmentCloud {
    private let told = Mutex<[String]>([])

    var deeds: [String] { told.withLock { $0 } }

    private func note(_ deed: String) { told.withLock { $0.append(deed) } }

    func inventory() async -> CloudInventory {
        CloudInventory(
            services: [
                .init(
                    nativeID: "svc-1", serviceName: "name-1", accountNativeID: "orders-prod",
                    admitted: ["payments-prod": 2, "batch-prod": nil],
                    connections: [
                        Connection(
                            nativeID: "vpce-1", accountNativeID: "payments-prod", networkNativeID: nil,
                            status: .pending, nativeStatus: "PENDING", isServing: false)
                    ])
            ],
            endpoints: [
                .init(
                    nativeID: "vpce-1", accountNativeID: "payments-prod", networkNativeID: "vpc-1",
                    subnetNativeID: "subnet-1", serviceName: "name-1", address: "10.0.1.5", endpointID: nil)
            ])
    }

    func createEndpoint(
        accountNativeID: String, subnetNativeID: String, serviceName: String
    ) async throws(CloudError) -> String {
        note("create \(accountNativeID) \(subnetNativeID) \(serviceName)")
        return "vpce-by-hand"
    }

    func deleteEndpoint(nativeID: String) async throws(CloudError) {
        guard nativeID != "nowhere" else { throw CloudError(kind: .notFound, message: "no such endpoint") }
        note("delete \(nativeID)")
    }

    func decide(serviceNativeID: String, endpointNativeID: String, isAccepted: Bool) async throws(CloudError) {
        note("decide \(serviceNativeID) \(endpointNativeID) \(isAccepted)")
    }

    func removeAdmission(serviceNativeID: String, accountNativeID: String) async throws(CloudError) {
        note("expel \(serviceNativeID) \(accountNativeID)")
    }

    func script(_ fault: ScriptedFault) async {
        note("script \(fault.kind.rawValue) \(fault.operation?.rawValue ?? "any") \(fault.count)")
    }

    func clearFaults() async { note("clear") }
}
