public import Connectivity
public import ControlPlane

extension GooglePSCBackend {
    /// `networks.list`, `subnetworks.aggregatedList`, `networks.listPeeringRoutes`.
    public func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        let project = account.nativeID
        let party = Party(account: account, side: nil)
        let networks = try await api.list(VPCNetwork.self, "projects/\(project)/global/networks", as: party)
        let subnetworks = Dictionary(
            grouping: try await api.subnetworks(of: project, as: party), by: { ResourcePath.canonical($0.network) })
        var sightings: [NetworkSighting] = []
        for network in networks {
            let own = (subnetworks[ResourcePath.canonical(network.selfLink)] ?? []).sorted { $0.selfLink < $1.selfLink }
            let peered = try await peeredRanges(of: network, with: own, as: party)
            let ranges = Set(own.flatMap(\.ranges) + peered)
            sightings.append(
                NetworkSighting(
                    nativeID: ResourcePath.canonical(network.selfLink), name: network.name, region: nil,
                    ranges: ranges.sorted { ($0.base, $0.prefixLength) < ($1.base, $1.prefixLength) },
                    subnets: own.compactMap(\.subnet)))
        }
        return sightings.sorted { $0.nativeID < $1.nativeID }
    }

    /// The ranges that peered networks send here: they are as taken as the network's own.
    private func peeredRanges(
        of network: VPCNetwork, with subnetworks: [Subnetwork], as party: Party
    ) async throws(CloudError) -> [CIDR] {
        // Subnet routes are told in every region, so any one will do.
        guard let region = subnetworks.first.map({ ResourcePath.lastName(of: $0.region) }) else { return [] }
        var ranges: [CIDR] = []
        for peering in network.peerings ?? [] where peering.state == "ACTIVE" {
            let routes = try await api.list(
                PeeringRoute.self, "\(ResourcePath.canonical(network.selfLink))/listPeeringRoutes",
                query: "direction=INCOMING&peeringName=\(peering.name)&region=\(region)", as: party)
            ranges += routes.compactMap { $0.destRange.flatMap { CIDR($0) } }
        }
        return ranges
    }
}

extension Subnetwork {
    /// All its IPv4 ranges, the secondary ones too.
    var ranges: [CIDR] {
        ([ipCidrRange] + (secondaryIpRanges ?? []).map(\.ipCidrRange)).compactMap { $0.flatMap { CIDR($0) } }
    }

    /// The subnet as a place for endpoints; nil for those of a purpose that takes none: proxies, NAT.
    var subnet: Subnet? {
        guard purpose == nil || purpose == "PRIVATE" || purpose == "PRIVATE_RFC_1918",
            let range = ipCidrRange.flatMap({ CIDR($0) })
        else { return nil }
        return Subnet(
            name: name, nativeID: ResourcePath.canonical(selfLink), region: ResourcePath.lastName(of: region),
            zone: nil,
            range: range)
    }
}
