import Connectivity
import ControlPlane

extension CloudAccount: Resource, Listed {
    var path: String { "/v1/cloud-accounts/\(id)" }
    var tag: String? { ETag.text(revision) }
    var position: ID<CloudAccount> { id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("name", name)
            json.member("team_id", teamID)
            json.member("provider", provider)
            json.member("native_id", nativeID)
            json.member("access", access)
            json.member("description", description)
            json.member("networks_observed_at", networksObservedAt)
            json.member("last_error", lastError)
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.member("revision", revision)
        }
    }
}

extension CloudAccess: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("identity", identity)
            json.member("external_id", externalID)
            json.member("regions", regions)
        }
    }

    static var format: BodyFormat<Self> {
        .object { fields in
            let identity = fields.optional("identity", .nativeID)
            let externalID = fields.optional("external_id", .externalID)
            let regions = fields.defaulted("regions", .array(of: .region, 0...50), to: [])
            return regions.map { Self(identity: identity, externalID: externalID, regions: $0) }
        }
    }
}

/// What `POST /v1/cloud-accounts` takes.
enum CloudAccountRegistration {
    static var format: BodyFormat<CloudAccounts.Registration> {
        .object { fields in
            let name = fields.required("name", .name)
            let team = fields.required("team", .reference() as BodyFormat<Reference<Team>>)
            let provider = fields.required("provider", .word() as BodyFormat<CloudProvider>)
            let nativeID = fields.required("native_id", .nativeID)
            let access = fields.defaulted("access", CloudAccess.format, to: CloudAccess())
            let description = fields.optional("description", .text)
            guard let name, let team, let provider, let nativeID, let access else { return nil }
            return CloudAccounts.Registration(
                name: name, team: team, provider: provider, nativeID: nativeID, access: access,
                description: description)
        }
    }
}

/// What `PATCH /v1/cloud-accounts/{account}` takes.
struct CloudAccountChange: Sendable {
    let description: Change<String>
    let access: CloudAccess?
    let team: Reference<Team>?

    static var format: BodyFormat<Self> {
        .change { fields in
            Self(
                description: fields.change("description", .text),
                access: fields.replacement("access", CloudAccess.format),
                team: fields.replacement("team", .reference()))
        }
    }
}
