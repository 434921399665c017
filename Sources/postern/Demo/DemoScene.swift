import Connectivity
import ControlPlane

/// The demo's case on one cloud: subsystem A, a batch job, has to call subsystem B's API. Their networks stand in two
/// accounts, and both use 10.0.0.0/16, so that they cannot be peered.
struct DemoScene {
    struct Party {
        let account: ResourceName
        let accountNativeID: String
        let networkName: String
        let networkNativeID: String
        let subnet: Subnet
        /// Google: where the addresses come from that a published service's consumers show to it.
        let natSubnets: [Subnet]
    }

    let provider: CloudProvider
    /// What the variables of this scene in `demo.env` begin with.
    let variablePrefix: String
    let region: String
    let consumer: Party
    let producer: Party
    let service: ResourceName
    let range: CIDR

    /// One scene for each cloud; the first is the one that the README walks through.
    static func all() throws(OperatorFault) -> [DemoScene] { [try google(), try amazon()] }

    private static func google() throws(OperatorFault) -> DemoScene {
        let region = "europe-west1"
        func subnet(_ name: String, _ range: String, of project: String) throws(OperatorFault) -> Subnet {
            Subnet(
                name: name, nativeID: "projects/\(project)/regions/\(region)/subnetworks/\(name)", region: region,
                zone: nil, range: try parsed(CIDR(range)))
        }
        func party(
            _ team: String, _ project: String, _ range: String, natRange: String?
        ) throws(OperatorFault) -> Party {
            var natSubnets: [Subnet] = []
            if let natRange { natSubnets = [try subnet("\(team)-nat", natRange, of: project)] }
            return Party(
                account: try parsed(ResourceName("\(team)-gcp")), accountNativeID: project, networkName: "main",
                networkNativeID: "projects/\(project)/global/networks/main",
                subnet: try subnet("\(team)-a", range, of: project),
                natSubnets: natSubnets)
        }
        return DemoScene(
            provider: .gcp, variablePrefix: "", region: region,
            consumer: try party("batch", "batch-prod", "10.0.8.0/24", natRange: nil),
            producer: try party("orders", "orders-prod", "10.0.1.0/24", natRange: "10.0.250.0/24"),
            service: try parsed(ResourceName("orders-api")), range: try parsed(CIDR("10.0.0.0/16")))
    }

    private static func amazon() throws(OperatorFault) -> DemoScene {
        let region = "eu-west-1"
        func party(
            _ team: String, _ account: String, _ digit: String, _ range: String
        ) throws(OperatorFault) -> Party {
            Party(
                account: try parsed(ResourceName("\(team)-aws")), accountNativeID: account, networkName: "main",
                networkNativeID: "vpc-0\(String(repeating: digit, count: 16))",
                subnet: Subnet(
                    name: "\(team)-a", nativeID: "subnet-0\(String(repeating: digit, count: 16))", region: region,
                    zone: "euw1-az1", range: try parsed(CIDR(range))),
                natSubnets: [])
        }
        return DemoScene(
            provider: .aws, variablePrefix: "AWS_", region: region,
            consumer: try party("batch", "111122223333", "a", "10.0.8.0/24"),
            producer: try party("orders", "444455556666", "b", "10.0.1.0/24"),
            service: try parsed(ResourceName("orders-api-aws")), range: try parsed(CIDR("10.0.0.0/16")))
    }

    /// The ids that `demo.env` tells; nil while the consumer's network has not been read from its cloud yet.
    func ids(in reader: any StoreReader) throws -> [(name: String, value: String)]? {
        guard let service = try reader.findService(named: service),
            let account = try reader.findAccount(named: consumer.account),
            let network = try reader.networks(of: account.id).first(where: { $0.nativeID == consumer.networkNativeID })
        else { return nil }
        return [
            ("SERVICE", service.name.text), ("SERVICE_ID", service.id.text), ("NETWORK_ID", network.id.text),
            ("SUBNET", consumer.subnet.name),
        ].map { (variablePrefix + $0.0, $0.1) }
    }

    static func parsed<Value>(_ value: Value?) throws(OperatorFault) -> Value {
        guard let value else { throw OperatorFault("the demo has a name or a range that is none") }
        return value
    }
}
