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
    func write(to json: inout JSONWriter) { rfc3339.write(to: &json) }

    /// The same text as `description`, by integers alone: a list of requests shows hundreds of times.
    var rfc3339: String {
        let (days, millisecondsOfDay) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        // The calendar of years that begin in March: the leap day is the last one.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let seconds = millisecondsOfDay / 1000
        let parts: [(value: Int64, digits: Int, suffix: UInt8)] = [
            (year, 4, UInt8(ascii: "-")), (month, 2, UInt8(ascii: "-")), (day, 2, UInt8(ascii: "T")),
            (seconds / 3600, 2, UInt8(ascii: ":")), (seconds / 60 % 60, 2, UInt8(ascii: ":")),
            (seconds % 60, 2, UInt8(ascii: ".")), (millisecondsOfDay % 1000, 3, UInt8(ascii: "Z")),
        ]
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var position = 0
            for part in parts {
                var rest = part.value
                for index in (position..<position + part.digits).reversed() {
                    buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                position += part.digits
                buffer[position] = part.suffix
                position += 1
            }
            return position
        }
    }
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
            json.member("global_access", globalAccess)
        }
    }
}
