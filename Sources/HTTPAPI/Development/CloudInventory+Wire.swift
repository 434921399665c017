import Connectivity
import ControlPlane

extension CloudInventory: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("services", services)
            json.member("endpoints", endpoints)
        }
    }
}

extension CloudInventory.Service: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("native_id", nativeID)
            json.member("service_name", serviceName)
            json.member("account_native_id", accountNativeID)
            json.member("admitted") { json in
                json.object { json in
                    for (account, limit) in admitted.sorted(by: { $0.key < $1.key }) { json.member(account, limit) }
                }
            }
            json.member("connections") { json in
                json.array { json in
                    for connection in connections { json.object(connection.writeMembers) }
                }
            }
        }
    }
}

extension CloudInventory.PrivateEndpoint: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("native_id", nativeID)
            json.member("account_native_id", accountNativeID)
            json.member("network_native_id", networkNativeID)
            json.member("subnet_native_id", subnetNativeID)
            json.member("service_name", serviceName)
            json.member("address", address)
            json.member("endpoint_id", endpointID)
        }
    }
}
