public import Connectivity

/// Everything that Postern can be asked to do, wired once.
public struct UseCases: Sendable {
    public let teams: Teams
    public let tokens: Tokens
    public let accounts: CloudAccounts
    public let networks: Networks
    public let services: Services
    public let requests: EndpointRequests
    public let approvals: Approvals
    public let endpoints: Endpoints
    public let audit: AuditTrail

    public init(environment: Environment, wake: WakeSignal, providers: Set<CloudProvider>) {
        teams = Teams(environment: environment)
        tokens = Tokens(environment: environment)
        accounts = CloudAccounts(environment: environment, wake: wake, providers: providers)
        networks = Networks(environment: environment, accounts: accounts)
        services = Services(environment: environment, accounts: accounts, wake: wake)
        requests = EndpointRequests(environment: environment, services: services, wake: wake)
        approvals = Approvals()
        endpoints = Endpoints(environment: environment, wake: wake)
        audit = AuditTrail(environment: environment)
    }
}
