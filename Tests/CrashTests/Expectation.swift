import Connectivity
import TestSupport

@testable import crash_rig

/// What has to be, once a story has ended: in the cloud, past the backend, and in the log.
struct Expectation {
    let story: Story
    let world: World
    /// The cloud before the story.
    let before: World.Sight

    /// What is wrong; empty if all is right.
    func faults(in after: World.Sight, _ record: Record) -> [String] {
        var faults: [String] = []
        func require(_ holds: Bool, _ fault: String) { if !holds { faults.append(fault) } }

        require(after.foreignEndpoints == before.foreignEndpoints, "an endpoint of somebody else was touched")
        require(after.foreignAddresses == before.foreignAddresses, "an address of somebody else was touched")
        var admissions = after.admissions
        let limit = admissions.removeValue(forKey: world.consumer.account.nativeID)
        require(admissions == before.admissions, "an admission of somebody else was touched: \(after.admissions)")
        let foreign = world.foreignEndpoint
        require(after.connections[foreign] == before.connections[foreign], "somebody else's connection was touched")
        let others = after.services.filter { $0.serviceID == nil }
        require(others == before.services, "a service of somebody else was touched")

        let ours = after.services.subtracting(others)
        switch story {
        case .publish:
            require(
                ours.map(\.serviceID) == [record.service?.id.text] && ours.first?.nativeID == record.service?.nativeID,
                "not exactly one service was published: \(ours)")
        case .approveManaged, .approveSelfManaged, .reject, .revoke, .expire, .retire, .adopt:
            require(ours.isEmpty, "a service is there that should not be: \(ours)")
        }

        let connected = Set(after.connections.keys).subtracting(before.connections.keys)
        switch story {
        case .approveManaged, .approveSelfManaged:
            let label = story == .approveManaged ? record.endpoint?.id.text : nil
            require(after.endpoints.map(\.endpointID) == [label], "not exactly one endpoint: \(after.endpoints)")
            require(
                after.endpoints.map(\.nativeID) == [record.endpoint?.observed.nativeID],
                "another endpoint than the recorded one")
            require(
                after.addresses == before.addresses.union(after.endpoints.first?.addresses ?? []),
                "addresses without an endpoint: \(after.addresses)")
            require(limit == .some(1) || limit == .some(nil), "the admission is not right: \(after.admissions)")
            require(connected == Set(after.endpoints.map(\.nativeID)), "connections: \(after.connections)")
            require(record.endpoint?.phase == .active, "the endpoint is not active")
        case .reject, .revoke, .expire, .retire, .adopt, .publish:
            require(after.endpoints.isEmpty, "an endpoint is left: \(after.endpoints)")
            require(after.addresses == before.addresses, "an address is left: \(after.addresses)")
            require(limit == nil, "an admission is left: \(after.admissions)")
            require(connected.isEmpty, "a connection is left: \(after.connections)")
        }
        require(record.leases.isEmpty, "work is still under lease")
        return faults + logFaults(record.happenings)
    }

    /// What each story leaves in the log, exactly once.
    private func logFaults(_ happenings: [String: Int]) -> [String] {
        var once = ["service.published"]
        switch story {
        case .adopt, .publish: break
        case .reject:
            once += ["endpoint_request.filed", "approval.given verdict=reject", "endpoint_request.rejected"]
        case .approveManaged, .approveSelfManaged, .revoke, .expire, .retire:
            once += [
                "endpoint_request.filed", "approval.given verdict=approve", "endpoint_request.approved",
                "endpoint.created", "endpoint.step_taken action=admit",
            ]
            // At Google the list decides, and nothing is accepted one by one.
            if world.rig.provider == .aws { once.append("endpoint.step_taken action=accept") }
            once.append(
                story == .approveSelfManaged ? "endpoint.identified" : "endpoint.step_taken action=create_endpoint")
        }
        let closing: [Story: String] = [.revoke: "revoked", .expire: "expired", .retire: "withdrawn"]
        if let kind = closing[story] {
            once += [
                "endpoint.closing_requested kind=\(kind)", "endpoint.step_taken action=delete_endpoint",
                "endpoint.phase_changed from=closing to=closed",
            ]
        }
        if story == .retire {
            once += ["service.withdrawn", "service.phase_changed from=retiring to=retired"]
        }
        return once.filter { happenings[$0] != 1 }.map { missed in
            let akin = happenings.keys.filter { $0.split(separator: " ").first == missed.split(separator: " ").first }
            return "\(missed): \(happenings[missed] ?? 0) times in the log, which has \(akin.sorted())"
        }
    }
}
