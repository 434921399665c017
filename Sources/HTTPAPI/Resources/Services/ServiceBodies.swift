import Connectivity
import ControlPlane

/// What `POST /v1/services` takes.
enum ServicePublication {
    static var format: BodyFormat<Services.Publication> {
        .object { fields in
            let name = fields.required("name", .name)
            let team = fields.required("team", .reference() as BodyFormat<Reference<Team>>)
            let account = fields.required("account", .reference() as BodyFormat<Reference<CloudAccount>>)
            let region = fields.required("region", .region)
            let description = fields.optional("description", .text)
            let documentation = fields.optional("documentation_url", .url)
            let origin = origin(&fields)
            let visibility = fields.defaulted("visible_to", .visibility, to: .everyone)
            let policy = fields.defaulted("policy", Services.PolicyWish.format, to: Services.PolicyWish())
            guard let name, let team, let account, let region, let origin, let visibility, let policy else {
                return nil
            }
            return Services.Publication(
                name: name, team: team, account: account, region: region, description: description,
                documentationURL: documentation, origin: origin, visibility: visibility, policy: policy)
        }
    }

    private static func origin(_ fields: inout BodyFields) -> PublishedService.Origin? {
        let isBoth = fields.has("adopt") && fields.has("publish")
        let isNeither = !fields.has("adopt") && !fields.has("publish")
        let adopted = fields.replacement("adopt", .nativeIDOnly)
        let blueprint = fields.replacement("publish", PublishedService.Blueprint.format)
        if isBoth { fields.refuse("publish", "cannot stand beside adopt: it is one or the other") }
        if isNeither { fields.refuse("adopt", "is missing, and so is publish: one of them is needed") }
        return adopted.map { .adopted(nativeID: $0) } ?? blueprint.map { .published($0) }
    }
}

/// What `PATCH /v1/services/{service}` takes.
enum ServiceAmendment {
    static var format: BodyFormat<Services.Amendment> {
        .change { fields in
            var amendment = Services.Amendment()
            amendment.description = fields.change("description", .text)
            amendment.documentationURL = fields.change("documentation_url", .url)
            amendment.visibility = fields.replacement("visible_to", .visibility)
            amendment.policy = fields.replacement("policy", Services.PolicyWish.format) ?? Services.PolicyWish()
            return amendment
        }
    }
}

extension PublishedService.Blueprint {
    static var format: BodyFormat<Self> {
        .object { fields in
            let loadBalancer = fields.required("load_balancer", .nativeID)
            let natSubnets = fields.defaulted("nat_subnets", .array(of: .nativeID, 0...20), to: [])
            let proxyProtocol = fields.defaulted("proxy_protocol", .boolean, to: false)
            let domainName = fields.optional("domain_name", .domainName)
            let regions = fields.defaulted("supported_regions", .array(of: .region, 0...50), to: [])
            guard let loadBalancer, let natSubnets, let proxyProtocol, let regions else { return nil }
            return Self(
                loadBalancer: loadBalancer, natSubnets: natSubnets, proxyProtocol: proxyProtocol,
                domainName: domainName, supportedRegions: regions)
        }
    }
}

extension Services.PolicyWish {
    static var format: BodyFormat<Self> {
        .object { fields in
            var wish = Self()
            wish.acceptList = fields.replacement("accept_list", Services.ConsumerListWish.format)
            wish.denyList = fields.replacement("deny_list", Services.ConsumerListWish.format)
            wish.approvalsRequired = fields.replacement("approvals_required", .integer(AccessPolicy.approvalsRange))
            wish.allowsSelfApproval = fields.replacement("allow_self_approval", .boolean)
            wish.maximumLifetime = fields.change(
                "max_lifetime_seconds", .seconds(AccessPolicy.shortestMaximumLifetime ... .longestLifetime))
            wish.requestTTL = fields.replacement("request_ttl_seconds", .seconds(AccessPolicy.requestTTLRange))
            wish.minimumReasonLength = fields.replacement(
                "min_reason_length", .integer(AccessPolicy.minimumReasonLengthRange))
            wish.recreatesDeletedEndpoints = fields.replacement("recreate_deleted_endpoints", .boolean)
            return wish
        }
    }
}

extension Services.ConsumerListWish {
    static var format: BodyFormat<Self> {
        .object { fields in
            let teams = fields.defaulted(
                "teams", .array(of: .reference() as BodyFormat<Reference<Team>>, 0...500), to: [])
            let accounts = fields.defaulted(
                "accounts", .array(of: .reference() as BodyFormat<Reference<CloudAccount>>, 0...500), to: [])
            guard let teams, let accounts else { return nil }
            return Self(teams: teams, accounts: accounts)
        }
    }
}

extension BodyFormat where Value == Services.VisibilityWish {
    static var visibility: Self {
        let teams = BodyFormat<[Reference<Team>]>.array(of: .reference(), 0...500)
        return Self { value, pointer, faults in
            switch value {
            case .string("everyone"): return .everyone
            case .array: return teams.read(value, pointer, faults).map { .teams($0) }
            case .null, .bool, .number, .string, .object:
                faults.add(pointer, "must be \"everyone\", or an array of teams by id or name")
                return nil
            }
        }
    }
}

extension Duration {
    /// Ten years: beyond that, "until revoked" says what is meant.
    static let longestLifetime = Duration.seconds(10 * 365 * 86_400)
}
