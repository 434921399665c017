import Connectivity
import ControlPlane
import FakeCloud

extension DemoScene {
    /// The producer's service as its own cloud names it.
    var serviceNativeID: String {
        switch provider {
        case .gcp: "projects/\(producer.accountNativeID)/regions/\(region)/serviceAttachments/\(service)"
        case .aws: "vpce-svc-0\(String(repeating: "c", count: 16))"
        }
    }

    private var loadBalancer: String {
        switch provider {
        case .gcp: "projects/\(producer.accountNativeID)/regions/\(region)/forwardingRules/\(service)"
        case .aws:
            "arn:aws:elasticloadbalancing:\(region):\(producer.accountNativeID):loadbalancer/net/\(service)/0cccccccccccccccc"
        }
    }

    /// Makes in the fake cloud what both teams have made by hand, before there was a Postern. What is there stays.
    func build(in cloud: FakeCloud) throws(CloudError) {
        for party in [producer, consumer] {
            try cloud.addAccount(party.accountNativeID, provider: provider)
            try cloud.addNetwork(
                party.networkNativeID, name: party.networkName, in: party.accountNativeID,
                region: provider == .aws ? region : nil, ranges: [range], subnets: [party.subnet],
                natSubnets: party.natSubnets)
        }
        try cloud.addLoadBalancer(
            loadBalancer, in: producer.accountNativeID, region: region,
            zones: producer.subnet.zone.map { [$0] } ?? [])
        try cloud.addService(
            serviceNativeID, in: producer.accountNativeID, region: region, loadBalancer: loadBalancer,
            settings: FakeServiceSettings(natSubnets: producer.natSubnets.map(\.name)))
    }
}
