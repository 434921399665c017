import Connectivity
import ControlPlane

extension Network: Resource, Listed {
    var path: String { "/v1/networks/\(id)" }
    var tag: String? { ETag.text(revision) }
    var position: ID<Network> { id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("account_id", accountID)
            json.member("name", name)
            json.member("native_id", nativeID)
            json.member("region", region)
            json.member("cidrs", ranges)
            json.member("subnets", subnets)
            json.member("source", source)
            json.member("observed_at", observedAt)
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.member("revision", revision)
        }
    }
}

extension Subnet: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("native_id", nativeID)
            json.member("region", region)
            json.member("zone", zone)
            json.member("cidr", range)
        }
    }

    static var format: BodyFormat<Self> {
        .object { fields in
            let name = fields.required("name", .line)
            let nativeID = fields.required("native_id", .nativeID)
            let region = fields.required("region", .region)
            let zone = fields.optional("zone", .region)
            let range = fields.required("cidr", .range)
            guard let name, let nativeID, let region, let range else { return nil }
            return Self(name: name, nativeID: nativeID, region: region, zone: zone, range: range)
        }
    }
}

/// What `POST /v1/networks` takes.
enum NetworkDeclaration {
    static var format: BodyFormat<Networks.Declaration> {
        .object { fields in
            let account = fields.required("account", .reference() as BodyFormat<Reference<CloudAccount>>)
            let name = fields.required("name", .line)
            let nativeID = fields.required("native_id", .nativeID)
            let region = fields.optional("region", .region)
            let ranges = fields.required("cidrs", .array(of: .range, 0...100))
            let subnets = fields.required("subnets", .array(of: Subnet.format, 0...500))
            guard let account, let name, let nativeID, let ranges, let subnets else { return nil }
            return Networks.Declaration(
                account: account, name: name, nativeID: nativeID, region: region, ranges: ranges, subnets: subnets)
        }
    }
}
