import Connectivity
import ControlPlane

extension Team: Resource, Listed {
    var path: String { "/v1/teams/\(id)" }
    var tag: String? { ETag.text(revision) }
    var position: ID<Team> { id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("name", name)
            json.member("description", description)
            json.member("contact", contact)
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.member("revision", revision)
        }
    }
}

/// What `POST /v1/teams` takes.
struct TeamCreation: Sendable {
    let name: ResourceName
    let description: String?
    let contact: String?

    static var format: BodyFormat<Self> {
        .object { fields in
            let name = fields.required("name", .name)
            let description = fields.optional("description", .text)
            let contact = fields.optional("contact", .line)
            return name.map { Self(name: $0, description: description, contact: contact) }
        }
    }
}

/// What `PATCH /v1/teams/{team}` takes.
struct TeamChange: Sendable {
    let description: Change<String>
    let contact: Change<String>

    static var format: BodyFormat<Self> {
        .change { fields in
            Self(
                description: fields.change("description", .text),
                contact: fields.change("contact", .line))
        }
    }
}
