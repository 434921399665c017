import Connectivity
import ControlPlane
import Testing
import TestSupport

/// The log tells what was changed, from what to what: who widened access can be found.
@Suite struct ChangeLogTests {
    private func detail(_ world: World, _ kind: Event.Kind) async throws -> [String: String]? {
        try await world.events().last { $0.kind == kind }?.detail
    }

    @Test func ofAServicesPolicyAndVisibility() async throws {
        let world = try World(.gcp)
        let registry = try await world.register()
        var amendment = Services.Amendment()
        amendment.description = .set("orders, by the hour")
        amendment.visibility = .teams([.id(registry.consumers)])
        amendment.policy.acceptList = .init(
            teams: [.id(registry.consumers), .id(registry.producers)], accounts: [.id(registry.account)])
        amendment.policy.approvalsRequired = 2
        amendment.policy.allowsSelfApproval = true
        amendment.policy.maximumLifetime = .set(.seconds(7200))
        _ = try await world.store.write { [useCases = world.useCases, admin = world.admin, amendment] in
            try useCases.services.change(.id(registry.service), amendment, if: .none, by: admin, in: $0)
        }
        let teams = [registry.consumers, registry.producers].sorted().map(\.text).joined(separator: ", ")
        #expect(
            try await detail(world, .serviceChanged) == [
                "description": "changed",
                "visible_to": "everyone → \(registry.consumers)",
                "policy.accept_list.teams": "none → \(teams)",
                "policy.accept_list.accounts": "none → \(registry.account)",
                "policy.approvals_required": "1 → 2",
                "policy.allow_self_approval": "false → true",
                "policy.max_lifetime_seconds": "none → 7200",
            ])
    }

    @Test func ofAnAccountsTeamAndAccess() async throws {
        let world = try World(.aws)
        let registry = try await world.register()
        let (account, heir) = (world.consumer.name, world.producer.name)
        let role = "arn:aws:iam::\(world.consumer.accountNativeID):role/postern"
        _ = try await world.store.write { [useCases = world.useCases, admin = world.admin] in
            try useCases.accounts.change(
                .name(account), description: .keep,
                access: CloudAccess(identity: role, externalID: "a-shared-word", regions: ["eu-west-1"]),
                team: .name(heir), if: .none, by: admin, in: $0)
        }
        #expect(
            try await detail(world, .accountChanged) == [
                "team": "\(registry.consumers) → \(registry.producers)",
                "access.identity": "none → \(role)",
                "access.external_id": "changed",
                "access.regions": "none → eu-west-1",
            ])
    }
}
