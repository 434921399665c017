/// The tags by which Postern knows what it made: nothing without the right one is ever changed or deleted.
enum OwnershipTag {
    /// On a VPC endpoint: the id of the endpoint here.
    static let endpoint = "postern:endpoint"
    /// On an endpoint service: the id of the service here.
    static let service = "postern:service"
}
