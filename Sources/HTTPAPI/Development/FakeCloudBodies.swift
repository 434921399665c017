import Connectivity
import ControlPlane

/// What `POST /dev/fake/endpoints` takes; all by native id.
struct FakeEndpoint: Sendable {
    let account: String
    let subnet: String
    let service: String

    static var format: BodyFormat<Self> {
        .object { fields in
            let account = fields.required("account", .nativeID)
            let subnet = fields.required("subnet", .nativeID)
            let service = fields.required("service", .nativeID)
            guard let account, let subnet, let service else { return nil }
            return Self(account: account, subnet: subnet, service: service)
        }
    }
}

/// What `POST /dev/fake/connections` takes.
struct FakeDecision: Sendable {
    let service: String
    let endpoint: String
    let isAccepted: Bool

    static var format: BodyFormat<Self> {
        .object { fields in
            let service = fields.required("service", .nativeID)
            let endpoint = fields.required("endpoint", .nativeID)
            let isAccepted = fields.required("accepted", .boolean)
            guard let service, let endpoint, let isAccepted else { return nil }
            return Self(service: service, endpoint: endpoint, isAccepted: isAccepted)
        }
    }
}

/// What `POST /dev/fake/admissions/remove` takes.
struct FakeAdmission: Sendable {
    let service: String
    let account: String

    static var format: BodyFormat<Self> {
        .object { fields in
            let service = fields.required("service", .nativeID)
            let account = fields.required("account", .nativeID)
            guard let service, let account else { return nil }
            return Self(service: service, account: account)
        }
    }
}

extension ScriptedFault {
    static var format: BodyFormat<Self> {
        .object { fields in
            let kind = fields.required("kind", .word() as BodyFormat<Kind>)
            let operation = fields.optional("operation", .word() as BodyFormat<Operation>)
            let count = fields.defaulted("count", .integer(1...1000), to: 1)
            guard let kind, let count else { return nil }
            return Self(kind: kind, operation: operation, count: count)
        }
    }
}
