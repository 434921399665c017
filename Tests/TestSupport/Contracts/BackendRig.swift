public import Connectivity
public import ControlPlane

/// A cloud as the backend contract needs it: a way to set a scene, the hands of those who act behind Postern's back,
/// and eyes that look past the backend under test.
///
/// A rig belongs to one case of the suite, and cases run one after another, so a rig may share an emulator's process
/// with the rigs before it. Scenes are apart from each other: none of their accounts or services is in another. What is
/// done by hand, and what is looked at, does not go through the backend. Functions whose cloud has no such thing say
/// what they do then.
public protocol BackendRig: Sendable {
    var provider: CloudProvider { get }

    /// A backend on this cloud that shares nothing in memory with those given before, as another server's would.
    func makeBackend() async throws -> any CloudBackend

    /// A producer with a service, and consumers with networks.
    func makeScene(_ wish: SceneWish) async throws -> BackendScene

    // MARK: Eyes

    /// The account's endpoints of its own making or ours that exist now; those deleted, or gone for good, are left out.
    func endpoints(of consumer: RigConsumer) async throws -> [RigEndpoint]

    /// The addresses that the account's endpoints, reservations and network interfaces hold.
    func heldAddresses(of consumer: RigConsumer) async throws -> Set<String>

    /// The services in the producer's account that exist now.
    func services(of producer: RigAccount) async throws -> [RigService]

    /// Accounts let in, each with the number of connections that it may have; nil where the cloud does not count. `*` is
    /// AWS's name for everybody.
    func admissions(to service: RigService) async throws -> [String: Int?]

    /// The native status of each connection, by the native id of the consumer's endpoint.
    func connections(to service: RigService) async throws -> [String: String]

    // MARK: Hands of the consumer, or of a stranger

    /// Makes an endpoint without any label of ours, and gives its native id.
    /// - Parameter disguise: gives it the name that the backend would give to this endpoint's, still without the label.
    func createEndpoint(
        by consumer: RigConsumer, in subnet: Subnet, to service: RigService, disguisedAs disguise: ID<Endpoint>?
    ) async throws -> String

    /// Deletes an endpoint, whoever made it, and its address.
    func deleteEndpoint(_ nativeID: String, by consumer: RigConsumer) async throws

    /// Takes all that Postern may do in the consumer's account away, or gives it back.
    func setBarred(_ isBarred: Bool, from consumer: RigConsumer) async throws

    /// Puts an address of the subnet to some other use.
    func hold(_ address: IPv4Address, in subnet: Subnet, of consumer: RigConsumer) async throws

    /// Puts all free addresses of the subnet to some other use.
    func fill(_ subnet: Subnet, of consumer: RigConsumer) async throws

    // MARK: Hands of the producer

    /// Lets an account in, or sets the number of connections it may have. AWS does not count, and ignores `limit`.
    func admit(_ accountNativeID: String, limit: Int, to service: RigService) async throws

    /// Takes an account off the list.
    func removeAdmission(_ accountNativeID: String, from service: RigService) async throws

    /// Puts an account on Google's reject list. AWS has none: does nothing.
    func refuse(_ accountNativeID: String, at service: RigService) async throws

    /// Rejects one endpoint: AWS as such, Google by rejecting its account with `reconcileConnections` on.
    func reject(_ endpointNativeID: String, at service: RigService) async throws

    /// Makes a service without any label of ours from a load balancer of its own.
    func createService(in producer: RigAccount, region: String) async throws -> RigService

    /// Deletes the service; at AWS after rejecting its connections, which AWS asks for.
    func deleteService(_ service: RigService) async throws

    // MARK: The cloud itself

    /// Lets the next calls that match fail as told. `admit`, `expel`, `accept`, `reject`, `createEndpoint`,
    /// `deleteEndpoint`, `publish` and `unpublish` mean the cloud call that has the effect (not the looks before it);
    /// `observeService`, `observeEndpoint` and `networks` the first look of that function.
    func script(_ fault: ScriptedFault) async throws

    /// Forgets all scripted faults.
    func clearFaults() async throws

    /// Shows the connection of this endpoint with a status that no client knows.
    func show(nativeStatus: String, ofEndpoint endpointNativeID: String, at service: RigService) async throws

    /// Lets the cloud go on with what it is at work at: by time where its clock is ours, else by a short wait.
    func advance() async throws

    /// The same, for what is in one scene: what goes on in others at the same time is left alone, where the cloud tells
    /// them apart.
    func advance(only scene: BackendScene) async throws
}

extension BackendRig {
    public func advance(only scene: BackendScene) async throws { try await advance() }
}

/// What a scene is to have.
public struct SceneWish: Sendable {
    /// How many consumer accounts, each with one network.
    public var consumers: Int
    /// Whether the producer accepts each connection by hand (AWS: `AcceptanceRequired`; Google: `ACCEPT_MANUAL`).
    public var acceptsOneByOne: Bool
    /// Google: whether `reconcileConnections` is on. AWS has no such thing.
    public var reconcilesConnections: Bool

    public init(consumers: Int = 1, acceptsOneByOne: Bool = true, reconcilesConnections: Bool = true) {
        self.consumers = consumers
        self.acceptsOneByOne = acceptsOneByOne
        self.reconcilesConnections = reconcilesConnections
    }
}

/// What a rig has set up. Everything in it was made by hand: it carries no label of ours.
public struct BackendScene: Sendable {
    /// Of the service and of all subnets.
    public let region: String
    public let producer: RigAccount
    /// Made by hand, for adoption.
    public let service: RigService
    /// A load balancer with all that is needed to make a second service of it.
    public let blueprint: PublishedService.Blueprint
    public let consumers: [RigConsumer]
    /// AWS: whether the service has a verified private DNS name, so that the option can be tried.
    public let hasPrivateDNS: Bool

    public init(
        region: String, producer: RigAccount, service: RigService, blueprint: PublishedService.Blueprint,
        consumers: [RigConsumer], hasPrivateDNS: Bool = false
    ) {
        self.region = region
        self.producer = producer
        self.service = service
        self.blueprint = blueprint
        self.consumers = consumers
        self.hasPrivateDNS = hasPrivateDNS
    }
}

/// A cloud account with Postern's way into it.
public struct RigAccount: Hashable, Sendable {
    public let nativeID: String
    public let access: CloudAccess

    public init(nativeID: String, access: CloudAccess = CloudAccess()) {
        self.nativeID = nativeID
        self.access = access
    }
}

/// A service as it is in the cloud.
public struct RigService: Hashable, Sendable {
    public let account: RigAccount
    /// The attachment's URI at Google, the `vpce-svc-…` id at AWS.
    public let nativeID: String
    /// What a consumer's endpoint points at.
    public let serviceName: String
    /// The service of ours whose label it carries.
    public let serviceID: String?

    public init(account: RigAccount, nativeID: String, serviceName: String, serviceID: String? = nil) {
        self.account = account
        self.nativeID = nativeID
        self.serviceName = serviceName
        self.serviceID = serviceID
    }
}

/// A consumer's account with its one network.
public struct RigConsumer: Sendable {
    public let account: RigAccount
    /// Exactly what the backend should tell of it. At least two subnets of the scene's region, of 11 to 251 free
    /// addresses each (Google: 4 to 252), at AWS in two zones that the service has.
    public let network: NetworkSighting
    /// AWS: a subnet of the network in a zone that the service does not have. Not in `network.subnets[0...1]`, but
    /// further back. nil at Google.
    public let strangeZone: Subnet?
    /// AWS: security groups of the network, so that the option can be tried.
    public let securityGroups: [String]

    public init(
        account: RigAccount, network: NetworkSighting, strangeZone: Subnet? = nil, securityGroups: [String] = []
    ) {
        self.account = account
        self.network = network
        self.strangeZone = strangeZone
        self.securityGroups = securityGroups
    }
}

/// An endpoint as it is in the cloud.
public struct RigEndpoint: Hashable, Sendable {
    public let nativeID: String
    /// The endpoint of ours whose label it carries; nil: somebody else made it.
    public let endpointID: String?
    public let subnetNativeIDs: Set<String>
    public let addresses: Set<String>
    /// AWS: private DNS answers. Google: global access is allowed. What an endpoint's options asked for.
    public let hasPrivateDNS: Bool
    public let hasGlobalAccess: Bool
    public let securityGroups: Set<String>

    public init(
        nativeID: String, endpointID: String?, subnetNativeIDs: Set<String>, addresses: Set<String>,
        hasPrivateDNS: Bool = false, hasGlobalAccess: Bool = false, securityGroups: Set<String> = []
    ) {
        self.nativeID = nativeID
        self.endpointID = endpointID
        self.subnetNativeIDs = subnetNativeIDs
        self.addresses = addresses
        self.hasPrivateDNS = hasPrivateDNS
        self.hasGlobalAccess = hasGlobalAccess
        self.securityGroups = securityGroups
    }
}
