import Connectivity

/// The fields of a thing as the log tells of their changes: a stable name and a short text for each.
struct ChangedFields {
    private var detail: [String: String] = [:]

    /// Notes a field with its value before and after, if it has changed.
    mutating func note<Value: Equatable>(
        _ name: String, _ before: Value, _ after: Value, _ text: (Value) -> String?
    ) {
        guard before != after else { return }
        detail[name] = "\(text(before) ?? "none") → \(text(after) ?? "none")"
    }

    /// Notes only that a field has changed: its text is long, or not for everybody.
    mutating func note<Value: Equatable>(thatChanged name: String, _ before: Value, _ after: Value) {
        if before != after { detail[name] = "changed" }
    }

    private mutating func note(_ name: String, _ before: ConsumerList, _ after: ConsumerList) {
        note("\(name).teams", before.teams, after.teams) { Self.text($0) }
        note("\(name).accounts", before.accounts, after.accounts) { Self.text($0) }
    }

    private static func text<Subject>(_ ids: Set<ID<Subject>>) -> String? {
        ids.isEmpty ? nil : ids.sorted().map(\.text).joined(separator: ", ")
    }

    static func between(_ before: PublishedService, _ after: PublishedService) -> [String: String] {
        var fields = Self()
        fields.note(thatChanged: "description", before.description, after.description)
        fields.note("documentation_url", before.documentationURL, after.documentationURL) { $0 }
        fields.note("visible_to", before.visibility, after.visibility) { visibility in
            switch visibility {
            case .everyone: "everyone"
            case .teams(let teams): text(teams)
            }
        }
        fields.note(before.policy, after.policy)
        return fields.detail
    }

    private mutating func note(_ before: AccessPolicy, _ after: AccessPolicy) {
        note("policy.accept_list", before.acceptList, after.acceptList)
        note("policy.deny_list", before.denyList, after.denyList)
        note("policy.approvals_required", before.approvalsRequired, after.approvalsRequired) { "\($0)" }
        note("policy.allow_self_approval", before.allowsSelfApproval, after.allowsSelfApproval) { "\($0)" }
        note("policy.max_lifetime_seconds", before.maximumLifetime, after.maximumLifetime) { length in
            length.map { "\($0.components.seconds)" }
        }
        note("policy.request_ttl_seconds", before.requestTTL, after.requestTTL) { "\($0.components.seconds)" }
        note("policy.min_reason_length", before.minimumReasonLength, after.minimumReasonLength) { "\($0)" }
        note(
            "policy.recreate_deleted_endpoints", before.recreatesDeletedEndpoints, after.recreatesDeletedEndpoints
        ) { "\($0)" }
    }

    static func between(_ before: CloudAccount, _ after: CloudAccount) -> [String: String] {
        var fields = Self()
        fields.note(thatChanged: "description", before.description, after.description)
        fields.note("team", before.teamID, after.teamID) { $0.text }
        fields.note("access.identity", before.access.identity, after.access.identity) { $0 }
        fields.note(thatChanged: "access.external_id", before.access.externalID, after.access.externalID)
        fields.note("access.regions", before.access.regions, after.access.regions) { regions in
            regions.isEmpty ? nil : regions.joined(separator: ", ")
        }
        return fields.detail
    }
}
