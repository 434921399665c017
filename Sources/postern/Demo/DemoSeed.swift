import Connectivity
import ControlPlane
import HTTPAPI

/// Fills an empty store with the demo, through the use cases and in one transaction: either all of it is there, or
/// nothing.
struct DemoSeed {
    let useCases: UseCases

    /// Somebody of the demo, and the variable of `demo.env` that holds their token.
    enum Person: CaseIterable {
        case admin, consumer, owner, auditor

        var variable: String {
            switch self {
            case .admin: "ADMIN_TOKEN"
            case .consumer: "CONSUMER_TOKEN"
            case .owner: "OWNER_TOKEN"
            case .auditor: "AUDITOR_TOKEN"
            }
        }

        var subject: String {
            switch self {
            case .admin: "ada@platform"
            case .consumer: "ben@batch"
            case .owner: "olga@orders"
            case .auditor: "abe@audit"
            }
        }

        var roles: Set<AccessToken.Role> {
            switch self {
            case .admin: [.admin]
            case .auditor: [.auditor]
            case .consumer, .owner: []
            }
        }
    }

    private let producerTeam: ResourceName
    private let consumerTeam: ResourceName

    init(useCases: UseCases) throws(OperatorFault) {
        self.useCases = useCases
        producerTeam = try DemoScene.parsed(ResourceName("orders"))
        consumerTeam = try DemoScene.parsed(ResourceName("batch"))
    }

    /// Whether the store has the demo already.
    func isPlanted(in reader: any StoreReader) throws -> Bool { try reader.findTeam(named: producerTeam) != nil }

    func plant(_ scenes: [DemoScene], in transaction: any StoreTransaction) throws {
        let admin = Invocation(caller: Caller(subject: "demo", teams: [], roles: [.admin]), httpRequestID: nil)
        _ = try useCases.teams.create(
            name: producerTeam, description: "Runs subsystem B: the orders and their API.", contact: "#orders",
            by: admin, in: transaction)
        _ = try useCases.teams.create(
            name: consumerTeam, description: "Runs subsystem A: a batch job that needs the orders.",
            contact: "#batch", by: admin, in: transaction)
        for scene in scenes { try plant(scene, by: admin, in: transaction) }
    }

    private func plant(_ scene: DemoScene, by admin: Invocation, in transaction: any StoreTransaction) throws {
        for (party, team) in [(scene.producer, producerTeam), (scene.consumer, consumerTeam)] {
            _ = try useCases.accounts.register(
                .init(
                    name: party.account, team: .name(team), provider: scene.provider,
                    nativeID: party.accountNativeID, description: nil),
                by: admin, in: transaction)
        }
        _ = try useCases.services.publish(
            .init(
                name: scene.service, team: .name(producerTeam), account: .name(scene.producer.account),
                region: scene.region, description: "The API of subsystem B.", documentationURL: nil,
                origin: .adopted(nativeID: scene.serviceNativeID), visibility: .everyone, policy: .init()),
            by: admin, in: transaction)
    }

    /// Whether these variables hold a token of the store for everybody.
    func knowsTokens(_ variables: [String: String], in reader: any StoreReader) throws -> Bool {
        try Person.allCases.allSatisfy { person in
            guard let secret = variables[person.variable] else { return false }
            return try useCases.tokens.find(digest: BearerSecret.digest(of: secret), in: reader) != nil
        }
    }

    /// Gives everybody a token. Nobody can read an old secret again, so that a lost `demo.env` means new tokens.
    func issueTokens(in transaction: any StoreTransaction) throws -> [Person: BearerSecret] {
        var secrets: [Person: BearerSecret] = [:]
        for person in Person.allCases {
            let secret = BearerSecret()
            let teams: [Reference<Team>] =
                switch person {
                case .consumer: [.name(consumerTeam)]
                case .owner: [.name(producerTeam)]
                case .admin, .auditor: []
                }
            _ = try useCases.tokens.issueAtServer(
                .init(
                    subject: person.subject, teams: teams, roles: person.roles, description: "demo", expiresAt: nil,
                    digest: secret.digest),
                in: transaction)
            secrets[person] = secret
        }
        return secrets
    }
}
