/// The cloud in which an account, a network or a service lives.
public enum CloudProvider: String, CaseIterable, Codable, Sendable {
    case gcp, aws

    /// The provider's product that Postern drives there.
    public var product: String {
        switch self {
        case .gcp: "Private Service Connect"
        case .aws: "PrivateLink"
        }
    }
}
