public import CloudTransport
public import Connectivity
public import ControlPlane
public import Logging

/// AWS PrivateLink: VPC endpoint services and interface (or gateway load balancer) endpoints, by the EC2 Query API.
/// Both sides of an endpoint are in the service's region. Calls are not repeated here: the reconciler's schedule does.
public struct AWSPrivateLinkBackend: CloudBackend {
    private let api: QueryAPI
    private let accounts: AccountCredentials
    private let ownRegion: String?
    /// Endpoints whose private DNS EC2 refuses, as far as that was told.
    let refusedPrivateDNS = RefusedPrivateDNS()

    /// - Parameters:
    ///   - transport: made from `settings.transport`; it is the caller's to shut down.
    ///   - now: the clock by which calls are signed and credentials end.
    public init(
        settings: AWSSettings, transport: any CloudCaller, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) {
        api = QueryAPI(transport: transport, endpoints: settings.endpoints, now: now, logger: logger)
        accounts = AccountCredentials(settings, api: api, transport: transport)
        ownRegion = settings.region
    }

    /// EC2 in the account that offers a service, in the service's region.
    func producer(_ account: CloudAccount, of service: PublishedService) throws(CloudError) -> EC2 {
        try ec2(account, service.region, .producer)
    }

    /// EC2 in the account that gets an endpoint, in the service's region.
    func consumer(_ target: EndpointTarget) throws(CloudError) -> EC2 {
        try ec2(target.consumer, target.service.region, .consumer)
    }

    private func ec2(_ account: CloudAccount, _ region: String, _ side: Fault.Side?) throws(CloudError) -> EC2 {
        EC2(account: account, side: side, region: try Region(region), api: api, credentials: accounts)
    }

    public func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        let regions = account.access.regions.isEmpty ? [ownRegion].compactMap { $0 } : account.access.regions
        guard !regions.isEmpty else {
            throw CloudError(
                kind: .invalid,
                message: "No region to read networks from: give the account access.regions, or the server AWS_REGION.")
        }
        var sightings: [NetworkSighting] = []
        for region in regions {
            let ec2 = try ec2(account, region, nil)
            let vpcs = try await ec2.vpcs()
            let subnets = Dictionary(grouping: try await ec2.subnets(), by: \.vpcId)
            sightings += vpcs.map { NetworkSighting($0, subnets: subnets[$0.vpcId] ?? [], region: region) }
        }
        return sightings.sorted { $0.nativeID < $1.nativeID }
    }
}

extension NetworkSighting {
    /// Subnets that have IPv6 only are left out: an endpoint's address here is an IPv4 one.
    fileprivate init(_ vpc: VPC, subnets: [SubnetDescription], region: String) {
        let known = subnets.compactMap { subnet -> Subnet? in
            guard let range = subnet.cidrBlock.flatMap({ CIDR($0) }) else { return nil }
            return Subnet(
                name: subnet.tagSet.value(of: "Name").flatMap { $0.isEmpty ? nil : $0 } ?? subnet.subnetId,
                nativeID: subnet.subnetId, region: region, zone: subnet.availabilityZoneId, range: range)
        }
        self.init(
            nativeID: vpc.vpcId, name: vpc.tagSet.value(of: "Name").flatMap { $0.isEmpty ? nil : $0 } ?? vpc.vpcId,
            region: region, ranges: vpc.ranges,
            subnets: known.sorted { ($0.range.base, $0.nativeID) < ($1.range.base, $1.nativeID) })
    }
}
