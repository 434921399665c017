import Connectivity

extension ID: JSONWritable {
    func write(to json: inout JSONWriter) { text.write(to: &json) }
}

extension ResourceName: JSONWritable {
    func write(to json: inout JSONWriter) { text.write(to: &json) }
}

extension IPv4Address: JSONWritable {
    func write(to json: inout JSONWriter) { description.write(to: &json) }
}

extension CIDR: JSONWritable {
    func write(to json: inout JSONWriter) { description.write(to: &json) }
}

extension Timestamp: JSONWritable {
    func write(to json: inout JSONWriter) { description.write(to: &json) }
}

extension Duration {
    /// Whole seconds, as durations travel in the API.
    var wholeSeconds: Int { Int(components.seconds) }
}

extension Finding: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("severity", severity)
            json.member("message", message)
        }
    }
}

extension Fault: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("side", side)
            json.member("message", message)
            json.member("remedy", remedy)
            json.member("retryable", isRetryable)
            json.member("cloud_code", cloudCode)
            json.member("cloud_request_id", cloudRequestID)
            json.member("at", at)
        }
    }
}

extension WaitingOn: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("role", role)
            json.member("team_id", teamID)
            json.member("since", since)
            json.member("detail", detail)
        }
    }
}

extension EndpointOptions: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("additional_subnets", additionalSubnets)
            json.member("security_groups", securityGroups)
            json.member("private_dns", privateDNS)
            json.member("ip_address_type", ipAddressType)
            json.member("global_access", globalAccess)
        }
    }
}
