import Connectivity

extension Event: Listed {
    var position: Int { sequence }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("sequence", sequence)
            json.member("kind", kind)
            json.member("at", at)
            json.member("actor") { json in
                json.object { json in
                    json.member("kind", actor.kind)
                    json.member("subject", actor.subject)
                }
            }
            json.member("http_request_id", httpRequestID)
            json.member("team_id", subjects.teamID)
            json.member("token_id", subjects.tokenID)
            json.member("account_id", subjects.accountID)
            json.member("network_id", subjects.networkID)
            json.member("service_id", subjects.serviceID)
            json.member("request_id", subjects.requestID)
            json.member("endpoint_id", subjects.endpointID)
            json.member("producer_team_id", subjects.producerTeamID)
            json.member("consumer_team_id", subjects.consumerTeamID)
            json.member("detail") { json in
                json.object { json in
                    for (name, value) in detail.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
                }
            }
            json.member("previous_hash", previousHash)
            json.member("hash", hash)
        }
    }
}
