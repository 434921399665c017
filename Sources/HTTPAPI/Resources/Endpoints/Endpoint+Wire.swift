import Connectivity

extension Endpoint: Resource, Listed {
    var path: String { "/v1/endpoints/\(id)" }
    var tag: String? { ETag.text(revision) }
    var position: ID<Endpoint> { id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("request_id", requestID)
            json.member("service_id", serviceID)
            json.member("producer_team_id", producerTeamID)
            json.member("consumer_team_id", consumerTeamID)
            json.member("account_id", accountID)
            json.member("network_id", networkID)
            json.member("subnet", subnet)
            json.member("mode", mode)
            json.member("options", options)
            json.member("requested_address", requestedAddress)
            json.member("desired", desired)
            json.member("phase", phase)
            json.member("native_id", observed.nativeID)
            json.member("addresses", observed.addresses)
            json.member("dns_names", observed.dnsNames)
            json.member("connection_status", observed.connectionStatus)
            json.member("native_status", observed.nativeStatus)
            json.member("last_error", lastError)
            json.member("attempts", schedule.attempts)
            json.member("next_attempt_at", schedule.dueAt)
            json.member("waiting_on", waitingOn)
            json.member("expires_at", expiresAt)
            json.member("closing", closing)
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.member("closed_at", closedAt)
            json.member("revision", revision)
        }
    }
}

extension Endpoint.Closing: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", kind)
            json.member("by", by)
            json.member("reason", reason)
            json.member("at", at)
        }
    }
}
