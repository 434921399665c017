public import Connectivity
public import ControlPlane

/// How a service made by hand is set up.
public struct FakeServiceSettings: Sendable {
    /// AWS: `AcceptanceRequired`; Google: `ACCEPT_MANUAL` rather than `ACCEPT_AUTOMATIC`.
    public var acceptsOneByOne: Bool
    /// Google: `reconcileConnections`.
    public var reconcilesConnections: Bool
    /// Google: names or URIs of the project's subnets of purpose PRIVATE_SERVICE_CONNECT.
    public var natSubnets: [String]
    public var domainName: String?
    /// AWS: whether the private DNS name is verified.
    public var isDomainVerified: Bool
    /// AWS: further regions whose consumers may connect.
    public var supportedRegions: [String]

    public init(
        acceptsOneByOne: Bool = true, reconcilesConnections: Bool = true, natSubnets: [String] = [],
        domainName: String? = nil, isDomainVerified: Bool = true, supportedRegions: [String] = []
    ) {
        self.acceptsOneByOne = acceptsOneByOne
        self.reconcilesConnections = reconcilesConnections
        self.natSubnets = natSubnets
        self.domainName = domainName
        self.isDomainVerified = isDomainVerified
        self.supportedRegions = supportedRegions
    }
}

/// Setting the scene. What is there already, by its native id, is left as it is.
extension FakeCloud {
    /// A Google project or an AWS account, with nothing in it.
    public func addAccount(_ nativeID: String, provider: CloudProvider) throws(CloudError) {
        try transact { state in
            guard state.accounts[nativeID] == nil else { return }
            state.record(.account(FakeAccount(nativeID: nativeID, provider: provider, consumersByPolicy: nil)))
        }
    }

    /// A VPC network with its subnets, whose native ids (`projects/…/subnetworks/…`, `subnet-…`) are the caller's choice.
    /// - Parameters:
    ///   - region: nil at Google, whose networks are global.
    ///   - natSubnets: Google's subnets of purpose PRIVATE_SERVICE_CONNECT, which a published service needs.
    /// - Throws: `notFound` if the account is not there.
    public func addNetwork(
        _ nativeID: String, name: String, in account: String, region: String?, ranges: [CIDR], subnets: [Subnet],
        natSubnets: [Subnet] = []
    ) throws(CloudError) {
        try transact { state throws(CloudError) in
            guard state.networks[nativeID] == nil else { return }
            let owner = try state.requiredAccount(account)
            state.record(
                .network(
                    FakeNetwork(
                        nativeID: nativeID, accountNativeID: account, provider: owner.provider, name: name,
                        region: region, ranges: ranges, subnets: subnets, natSubnets: natSubnets)))
        }
    }

    /// A load balancer from which a service can be published.
    /// - Parameters:
    ///   - nativeID: a forwarding rule's URI at Google, the ARN of a network load balancer at AWS.
    ///   - zones: AWS: ids of the availability zones it answers in; a consumer's subnet has to be in one of them.
    /// - Throws: `notFound` if the account is not there.
    public func addLoadBalancer(
        _ nativeID: String, in account: String, region: String, zones: Set<String> = []
    ) throws(CloudError) {
        try transact { state throws(CloudError) in
            let name = GoogleName.canonical(nativeID)
            guard state.loadBalancers[name] == nil else { return }
            _ = try state.requiredAccount(account)
            state.record(
                .loadBalancer(
                    FakeLoadBalancer(nativeID: name, accountNativeID: account, region: region, zones: zones)))
        }
    }

    /// A service that somebody made by hand, without our label.
    /// - Parameter nativeID: the attachment's URI at Google, a `vpce-svc-…` id at AWS.
    /// - Returns: its service name: what an endpoint points at.
    /// - Throws: what the cloud has against it, such as a load balancer that is not there.
    @discardableResult
    public func addService(
        _ nativeID: String, in account: String, region: String, loadBalancer: String,
        settings: FakeServiceSettings = FakeServiceSettings()
    ) throws(CloudError) -> String {
        try transact { state throws(CloudError) in
            switch try state.requiredAccount(account).provider {
            case .gcp:
                let uri = GoogleName.canonical(nativeID)
                let name = uri.split(separator: "/").last.map(String.init) ?? uri
                guard uri == GoogleName.attachment(name, project: account, region: region) else {
                    throw state.googleError(.invalid, "invalid", "'\(uri)' is no attachment of \(account) in \(region)")
                }
                guard state.attachments[uri] == nil else { return uri }
                return try state.insertAttachment(
                    name, project: account, region: region,
                    blueprint: .init(
                        loadBalancer: loadBalancer, natSubnets: settings.natSubnets, domainName: settings.domainName),
                    settings: AttachmentPatch(
                        preference: settings.acceptsOneByOne ? .manual : .automatic,
                        reconcilesConnections: settings.reconcilesConnections),
                    label: nil)
            case .aws:
                if let there = state.endpointServices[nativeID] { return there.serviceName }
                let id = try state.createEndpointService(
                    EndpointServiceWish(
                        account: account, region: region, loadBalancer: loadBalancer,
                        acceptanceRequired: settings.acceptsOneByOne, privateDNSName: settings.domainName,
                        isPrivateDNSVerified: settings.isDomainVerified, supportedRegions: settings.supportedRegions,
                        serviceID: nativeID, isOld: true))
                return state.endpointServices[id]?.serviceName ?? id
            }
        }
    }

    /// Google: sets an organisation policy (`compute.restrictPrivateServiceConnectConsumer`), under which endpoints of
    /// other projects are made, and rejected.
    /// - Parameter consumers: the project ids it lets in; nil lifts it.
    public func restrictConsumers(of project: String, to consumers: Set<String>?) throws(CloudError) {
        try transact { state throws(CloudError) in
            var account = try state.requiredAccount(project)
            account.consumersByPolicy = consumers
            state.record(.account(account))
        }
    }
}

extension CloudState {
    mutating func requiredAccount(_ nativeID: String) throws(CloudError) -> FakeAccount {
        guard let account = accounts[nativeID] else {
            throw CloudError(kind: .notFound, message: "There is no account \(nativeID) in the fake cloud.")
        }
        return account
    }

    /// An account's networks as both clouds list them, by name.
    func networkSightings(of account: String) -> [NetworkSighting] {
        networks.values.filter { $0.accountNativeID == account }
            .sorted { ($0.name, $0.nativeID) < ($1.name, $1.nativeID) }
            .map {
                NetworkSighting(
                    nativeID: $0.nativeID, name: $0.name, region: $0.region, ranges: $0.ranges, subnets: $0.subnets)
            }
    }
}
