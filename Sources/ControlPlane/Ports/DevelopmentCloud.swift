public import Connectivity

/// A cloud that is not real, as dev mode lets a person handle it: what somebody might do by hand in a cloud's console,
/// behind Postern's back, and what a cloud does on a bad day.
public protocol DevelopmentCloud: Sendable {
    /// Everything that exists there now.
    func inventory() async -> CloudInventory

    /// Makes an endpoint that nobody requested, and gives its native id.
    /// - Parameter serviceName: what it points at.
    func createEndpoint(
        accountNativeID: String, subnetNativeID: String, serviceName: String
    ) async throws(CloudError) -> String

    /// Deletes an endpoint, whoever made it.
    func deleteEndpoint(nativeID: String) async throws(CloudError)

    /// Accepts or rejects a connection on the producer's side.
    func decide(serviceNativeID: String, endpointNativeID: String, isAccepted: Bool) async throws(CloudError)

    /// Takes an account off a service's accept list.
    func removeAdmission(serviceNativeID: String, accountNativeID: String) async throws(CloudError)

    /// Lets the next calls that match fail as told.
    func script(_ fault: ScriptedFault) async

    /// Forgets all scripted faults.
    func clearFaults() async
}

/// A fault that a cloud which is not real was told to show.
public struct ScriptedFault: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case throttled, unavailable, denied, conflict
        /// The effect happens, and the answer gets lost.
        case replyLost = "reply_lost"
        /// The answer comes, late.
        case slow
    }

    /// The calls of `CloudBackend` that a fault can strike.
    public enum Operation: String, CaseIterable, Codable, Sendable {
        case networks
        case observeService = "observe_service"
        case publish, unpublish
        case observeEndpoint = "observe_endpoint"
        case admit, expel
        case createEndpoint = "create_endpoint"
        case accept, reject
        case deleteEndpoint = "delete_endpoint"
    }

    public let kind: Kind
    /// nil: every call.
    public let operation: Operation?
    /// How many calls it strikes.
    public let count: Int

    public init(kind: Kind, operation: Operation?, count: Int) {
        self.kind = kind
        self.operation = operation
        self.count = count
    }
}

/// What exists in a cloud that is not real.
public struct CloudInventory: Hashable, Sendable {
    public struct Service: Hashable, Sendable {
        public let nativeID: String
        public let serviceName: String
        public let accountNativeID: String
        /// Accounts let in, each with the number of connections it may have; nil where the cloud does not count.
        public let admitted: [String: Int?]
        public let connections: [Connection]

        public init(
            nativeID: String, serviceName: String, accountNativeID: String, admitted: [String: Int?],
            connections: [Connection]
        ) {
            self.nativeID = nativeID
            self.serviceName = serviceName
            self.accountNativeID = accountNativeID
            self.admitted = admitted
            self.connections = connections
        }
    }

    public struct PrivateEndpoint: Hashable, Sendable {
        public let nativeID: String
        public let accountNativeID: String
        public let networkNativeID: String
        public let subnetNativeID: String
        public let serviceName: String
        public let address: String
        /// The endpoint of ours whose label it carries; nil: somebody else made it.
        public let endpointID: String?

        public init(
            nativeID: String, accountNativeID: String, networkNativeID: String, subnetNativeID: String,
            serviceName: String, address: String, endpointID: String?
        ) {
            self.nativeID = nativeID
            self.accountNativeID = accountNativeID
            self.networkNativeID = networkNativeID
            self.subnetNativeID = subnetNativeID
            self.serviceName = serviceName
            self.address = address
            self.endpointID = endpointID
        }
    }

    public let services: [Service]
    public let endpoints: [PrivateEndpoint]

    public init(services: [Service], endpoints: [PrivateEndpoint]) {
        self.services = services
        self.endpoints = endpoints
    }
}
