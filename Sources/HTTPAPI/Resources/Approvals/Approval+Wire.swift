import Connectivity

extension Approval: Resource, Listed {
    var path: String { "/v1/approvals/\(id)" }
    /// A decision never changes.
    var tag: String? { nil }
    var position: ID<Approval> { id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("request_id", requestID)
            json.member("service_id", serviceID)
            json.member("producer_team_id", producerTeamID)
            json.member("consumer_team_id", consumerTeamID)
            json.member("verdict", verdict)
            json.member("reason", reason)
            json.member("decided_by", decidedBy)
            json.member("origin", origin)
            json.member("as_admin", asAdmin)
            json.member("created_at", createdAt)
        }
    }
}
