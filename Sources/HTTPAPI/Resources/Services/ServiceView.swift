import Connectivity

/// A service as a certain caller sees it: the owners' side of it is theirs.
struct ServiceView: Resource, Listed {
    let service: PublishedService
    /// Whether the caller sees the owners' side too.
    let showsInside: Bool

    init(_ service: PublishedService, to caller: Caller) {
        self.service = service
        showsInside = AccessRules.toSeeInside(service, by: caller)
    }

    var path: String { "/v1/services/\(service.id)" }
    var tag: String? { ETag.text(service.revision) }
    var position: ID<PublishedService> { service.id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", service.id)
            json.member("name", service.name)
            json.member("team_id", service.teamID)
            json.member("account_id", service.accountID)
            json.member("provider", service.provider)
            json.member("region", service.region)
            json.member("description", service.description)
            json.member("documentation_url", service.documentationURL)
            writeOrigin(to: &json)
            json.member("native_id", service.nativeID)
            json.member("service_name", service.serviceName)
            json.member("visible_to", showsInside ? service.visibility : nil)
            json.member("policy", PolicyView(policy: service.policy, showsLists: showsInside))
            json.member("desired", service.desired)
            json.member("phase", service.phase)
            writeWarnings(to: &json)
            json.member("last_error", showsInside ? service.lastError : nil)
            json.member("waiting_on", showsInside ? service.waitingOn : service.waitingOn?.withoutDetail)
            json.member("created_at", service.createdAt)
            json.member("updated_at", service.updatedAt)
            json.member("revision", service.revision)
        }
    }

    private func writeOrigin(to json: inout JSONWriter) {
        switch service.origin {
        case .adopted(let nativeID):
            json.member("origin", "adopted")
            json.member("adopt", showsInside ? Adoption(nativeID: nativeID) : nil)
            json.member("publish", String?.none)
        case .published(let blueprint):
            json.member("origin", "published")
            json.member("adopt", String?.none)
            json.member("publish", showsInside ? blueprint : nil)
        }
    }

    private func writeWarnings(to json: inout JSONWriter) {
        if showsInside {
            json.member("warnings", service.warnings)
        } else {
            json.member("warnings", String?.none)
        }
    }
}

/// What of an existing service of the cloud Postern looks after.
struct Adoption: JSONWritable {
    let nativeID: String

    func write(to json: inout JSONWriter) {
        json.object { $0.member("native_id", nativeID) }
    }
}

extension PublishedService.Blueprint: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("load_balancer", loadBalancer)
            json.member("nat_subnets", natSubnets)
            json.member("proxy_protocol", proxyProtocol)
            json.member("domain_name", domainName)
            json.member("supported_regions", supportedRegions)
        }
    }
}

extension PublishedService.Visibility: JSONWritable {
    func write(to json: inout JSONWriter) {
        switch self {
        case .everyone: json.value("everyone")
        case .teams(let teams):
            json.array { json in
                for team in teams.sorted() { json.value(team) }
            }
        }
    }
}

/// A policy, with or without the lists that only owners see.
struct PolicyView: JSONWritable {
    let policy: AccessPolicy
    let showsLists: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("accept_list", showsLists ? policy.acceptList : nil)
            json.member("deny_list", showsLists ? policy.denyList : nil)
            json.member("approvals_required", policy.approvalsRequired)
            json.member("allow_self_approval", policy.allowsSelfApproval)
            json.member("max_lifetime_seconds", policy.maximumLifetime?.wholeSeconds)
            json.member("request_ttl_seconds", policy.requestTTL.wholeSeconds)
            json.member("min_reason_length", policy.minimumReasonLength)
            json.member("recreate_deleted_endpoints", policy.recreatesDeletedEndpoints)
        }
    }
}

extension ConsumerList: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("teams", teams.sorted())
            json.member("accounts", accounts.sorted())
        }
    }
}

extension WaitingOn {
    /// For those to whom what has to happen would tell of the owners' side.
    fileprivate var withoutDetail: WaitingOn {
        WaitingOn(role: role, teamID: teamID, since: since, detail: "Ask the team that owns the service.")
    }
}
