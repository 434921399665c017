/// One change of the cloud, whole: the journal's line. Applying one twice is applying it once.
enum Effect: Codable, Sendable {
    case account(FakeAccount)
    case network(FakeNetwork)
    case loadBalancer(FakeLoadBalancer)
    case attachment(ServiceAttachment)
    case attachmentGone(String)
    case endpointService(EndpointService)
    case endpointServiceGone(String)
    case endpoint(PrivateEndpoint)
    case endpointGone(String)
    case address(HeldAddress)
    case addressGone(String)
}
