import Connectivity
import ControlPlane

extension ConnectionSighting: Listed {
    var position: String { connection.nativeID }

    func write(to json: inout JSONWriter) {
        json.object { json in
            connection.writeMembers(to: &json)
            json.member("endpoint_id", endpointID)
            json.member("first_seen_at", firstSeenAt)
            json.member("last_seen_at", lastSeenAt)
        }
    }
}

extension Connection {
    func writeMembers(to json: inout JSONWriter) {
        json.member("native_id", nativeID)
        json.member("account_native_id", accountNativeID)
        json.member("network_native_id", networkNativeID)
        json.member("status", status)
        json.member("native_status", nativeStatus)
        json.member("serving", isServing)
    }
}
