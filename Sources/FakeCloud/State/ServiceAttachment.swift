import Connectivity

/// A producer's service at Google.
struct ServiceAttachment: Codable, Sendable {
    enum Preference: String, Codable, Sendable {
        case automatic = "ACCEPT_AUTOMATIC"
        case manual = "ACCEPT_MANUAL"
    }

    /// One of `consumerAcceptLists`.
    struct AcceptEntry: Codable, Hashable, Sendable {
        enum Subject: Codable, Hashable, Sendable {
            case project(String)
            case network(String)
            /// A forwarding rule's URI.
            case endpoint(String)
        }

        let subject: Subject
        /// `connectionLimit`.
        var limit: Int
    }

    let uri: String
    let accountNativeID: String
    let region: String
    /// The service of ours whose label it carries.
    let label: String?
    let targetService: String
    let natSubnets: [String]
    /// One for each connected endpoint; more cannot be served.
    let natCapacity: Int
    let proxyProtocol: Bool
    let domainName: String?
    var preference: Preference
    var acceptList: [AcceptEntry]
    var rejectList: [String]
    /// Whether edits of the lists reach connections that are decided already.
    var reconcilesConnections: Bool
    /// Changes with every change; a patch has to name the one it read.
    var fingerprint: String
}
