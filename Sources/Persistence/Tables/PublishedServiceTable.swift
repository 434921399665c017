import Connectivity
import ControlPlane

/// How a service is kept. The columns of its policy and of its blueprint are plain, so that they can be read anywhere.
enum PublishedServiceTable {
    static let text = TableText(
        "published_service",
        columns: """
            id, name, team_id, account_id, provider, region, description, documentation_url, adopted_native_id, \
            load_balancer, nat_subnets, proxy_protocol, domain_name, supported_regions, native_id, service_name, \
            visible_to, \(policyColumns), desired, phase, warnings, last_error, \(Schedule.columns), created_at, \
            updated_at, revision
            """, count: 38)

    private static let policyColumns = """
        accepted_teams, accepted_accounts, denied_teams, denied_accounts, approvals_required, allows_self_approval, \
        maximum_lifetime, request_ttl, minimum_reason_length, recreates_deleted_endpoints
        """

    static func decode(_ columns: inout Columns) throws -> PublishedService {
        PublishedService(
            id: try columns.next(), name: try columns.next(), teamID: try columns.next(),
            accountID: try columns.next(), provider: try columns.next(), region: try columns.next(),
            description: try columns.next(), documentationURL: try columns.next(), origin: try origin(&columns),
            nativeID: try columns.next(), serviceName: try columns.next(), visibility: try visibility(&columns),
            policy: try policy(&columns), desired: try columns.next(), phase: try columns.next(),
            warnings: try columns.next(), lastError: try columns.next(), schedule: try Schedule(&columns),
            createdAt: try columns.next(), updatedAt: try columns.next(), revision: try columns.next())
    }

    static func values(_ service: PublishedService) -> [any SQLValue] {
        [
            service.id, service.name, service.teamID, service.accountID, service.provider, service.region,
            service.description, service.documentationURL,
        ] + values(service.origin)
            + [service.nativeID, service.serviceName, viewers(service.visibility)] + values(service.policy)
            + [service.desired, service.phase, service.warnings, service.lastError] + service.schedule.values
            + [service.createdAt, service.updatedAt, service.revision]
    }

    /// nil: everyone.
    static func viewers(_ visibility: PublishedService.Visibility) -> [ID<Team>]? {
        switch visibility {
        case .everyone: nil
        case .teams(let teams): teams.sorted()
        }
    }

    private static func visibility(_ columns: inout Columns) throws -> PublishedService.Visibility {
        let viewers: [ID<Team>]? = try columns.next()
        return viewers.map { .teams(Set($0)) } ?? .everyone
    }

    private static func origin(_ columns: inout Columns) throws -> PublishedService.Origin {
        let adopted: String? = try columns.next()
        let loadBalancer: String? = try columns.next()
        let blueprint = PublishedService.Blueprint(
            loadBalancer: loadBalancer ?? "", natSubnets: try columns.next(), proxyProtocol: try columns.next(),
            domainName: try columns.next(), supportedRegions: try columns.next())
        return adopted.map { .adopted(nativeID: $0) } ?? .published(blueprint)
    }

    private static func values(_ origin: PublishedService.Origin) -> [any SQLValue] {
        switch origin {
        case .adopted(let nativeID): [nativeID, String?.none, [String](), false, String?.none, [String]()]
        case .published(let blueprint):
            [
                String?.none, blueprint.loadBalancer, blueprint.natSubnets, blueprint.proxyProtocol,
                blueprint.domainName, blueprint.supportedRegions,
            ]
        }
    }

    private static func policy(_ columns: inout Columns) throws -> AccessPolicy {
        AccessPolicy(
            acceptList: ConsumerList(
                teams: Set(try columns.next([ID<Team>].self)), accounts: Set(try columns.next([ID<CloudAccount>].self))),
            denyList: ConsumerList(
                teams: Set(try columns.next([ID<Team>].self)), accounts: Set(try columns.next([ID<CloudAccount>].self))),
            approvalsRequired: try columns.next(), allowsSelfApproval: try columns.next(),
            maximumLifetime: try columns.next(), requestTTL: try columns.next(),
            minimumReasonLength: try columns.next(), recreatesDeletedEndpoints: try columns.next())
    }

    static func values(_ policy: AccessPolicy) -> [any SQLValue] {
        [
            policy.acceptList.teams.sorted(), policy.acceptList.accounts.sorted(), policy.denyList.teams.sorted(),
            policy.denyList.accounts.sorted(), policy.approvalsRequired, policy.allowsSelfApproval,
            policy.maximumLifetime, policy.requestTTL, policy.minimumReasonLength, policy.recreatesDeletedEndpoints,
        ]
    }
}
