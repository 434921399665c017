import Connectivity
import TestSupport

@testable import crash_rig

/// What has to be, once a story has ended: in the cloud, past the backend, and in the record.
struct Expectation {
    let story: Story
    let world: World

    /// What is wrong; empty if all is right.
    func flaws(in after: World.Sight, _ record: Record) -> [Flaw] {
        (surroundings(in: after) + services(in: after, record) + endpoints(in: after, record))
            .map { Flaw(.cloud, $0) }
            + (leftovers(in: record) + path(in: record) + log(record.happenings)).map { Flaw(.record, $0) }
    }

    // MARK: In the cloud

    private func surroundings(in after: World.Sight) -> [String] {
        let before = world.before
        var flaws = Flaws()
        flaws.require(after.foreignEndpoints == before.foreignEndpoints, "an endpoint of somebody else was touched")
        flaws.require(after.foreignAddresses == before.foreignAddresses, "an address of somebody else was touched")
        var admissions = after.admissions
        admissions[world.consumer.account.nativeID] = nil
        flaws.require(
            admissions == before.admissions, "an admission of somebody else was touched: \(after.admissions)")
        let foreign = world.foreignEndpoint
        flaws.require(
            before.connections[foreign] != nil && after.connections[foreign] == before.connections[foreign],
            "somebody else's connection was touched")
        return flaws.all
    }

    private func services(in after: World.Sight, _ record: Record) -> [String] {
        let others = after.services.filter { $0.serviceID == nil }
        let ours = after.services.subtracting(others)
        var flaws = Flaws()
        flaws.require(others == world.before.services, "a service of somebody else was touched")
        switch story {
        case .publish:
            flaws.require(
                ours.map(\.serviceID) == [record.service?.id.text] && ours.first?.nativeID == record.service?.nativeID,
                "not exactly one service was published: \(ours)")
        case .approveManaged, .approveSelfManaged, .reject, .revoke, .revokeEarly, .expire, .retire, .adopt:
            flaws.require(ours.isEmpty, "a service is there that should not be: \(ours)")
        }
        return flaws.all
    }

    private func endpoints(in after: World.Sight, _ record: Record) -> [String] {
        let before = world.before
        let admission = after.admissions[world.consumer.account.nativeID]
        let connected = after.connections.filter { before.connections[$0.key] == nil }
        var flaws = Flaws()
        switch story {
        case .approveManaged, .approveSelfManaged:
            let label = story == .approveManaged ? record.endpoint?.id.text : nil
            flaws.require(
                after.endpoints.map(\.endpointID) == [label], "not exactly one endpoint: \(after.endpoints)")
            flaws.require(
                after.endpoints.map(\.nativeID) == [record.endpoint?.observed.nativeID],
                "another endpoint than the recorded one")
            flaws.require(
                after.addresses == before.addresses.union(after.endpoints.first?.addresses ?? []),
                "addresses without an endpoint: \(after.addresses)")
            flaws.require(admission == .some(theirRoom), "the admission is not right: \(after.admissions)")
            flaws.require(
                connected == Dictionary(after.endpoints.map { ($0.nativeID, whenAccepted) }) { first, _ in first },
                "connections: \(after.connections)")
        case .reject, .revoke, .revokeEarly, .expire, .retire, .adopt, .publish:
            flaws.require(after.endpoints.isEmpty, "an endpoint is left: \(after.endpoints)")
            flaws.require(after.addresses == before.addresses, "an address is left: \(after.addresses)")
            flaws.require(admission == nil, "an admission is left: \(after.admissions)")
            flaws.require(connected.isEmpty, "a connection is left: \(after.connections)")
        }
        return flaws.all
    }

    /// For the one endpoint; AWS does not count.
    private var theirRoom: Int? {
        switch world.provider {
        case .gcp: 1
        case .aws: nil
        }
    }

    /// The status in which traffic passes.
    private var whenAccepted: String {
        switch world.provider {
        case .gcp: "ACCEPTED"
        case .aws: "available"
        }
    }

    // MARK: In the record

    private func leftovers(in record: Record) -> [String] {
        var flaws = Flaws()
        flaws.require(record.leases.isEmpty, "work is still under lease")
        flaws.require(record.endpoint?.intent == nil, "a call is still under way")
        flaws.require(record.endpoint?.unseenCalls.isEmpty ?? true, "a call has still to show")
        return flaws.all
    }

    private func path(in record: Record) -> [String] {
        var flaws = Flaws()
        flaws.require(record.endpoint?.phase == endpointLine?.last, "the endpoint is \(record.endpoint?.phase as Any)")
        flaws.require(record.service?.phase == serviceLine.last, "the service is \(record.service?.phase as Any)")
        return flaws.all
            + record.endpointPath.flaws(along: endpointLine ?? [], to: record.endpoint?.phase).map {
                "the endpoint's phases: \($0)"
            }
            + record.servicePath.flaws(along: serviceLine, to: record.service?.phase).map {
                "the service's phases: \($0)"
            }
    }

    /// The phases that the story's endpoint may pass, in their order; nil if there is none.
    private var endpointLine: [Endpoint.Phase]? {
        switch story {
        case .approveManaged: [.admitting, .creating, .connecting, .active]
        // Google's room is made once the endpoint is there.
        case .approveSelfManaged where world.provider == .gcp:
            [.admitting, .awaitingConsumer, .admitting, .connecting, .active]
        case .approveSelfManaged: [.admitting, .awaitingConsumer, .connecting, .active]
        case .revoke, .revokeEarly, .expire, .retire:
            [.admitting, .creating, .connecting, .active, .closing, .closed]
        case .reject, .adopt, .publish: nil
        }
    }

    private var serviceLine: [PublishedService.Phase] {
        switch story {
        case .retire: [.publishing, .available, .retiring, .retired]
        case .approveManaged, .approveSelfManaged, .reject, .revoke, .revokeEarly, .expire, .adopt, .publish:
            [.publishing, .available]
        }
    }

    /// What each story leaves in the log, exactly once.
    private func log(_ happenings: [String: Int]) -> [String] {
        var once = ["service.published"]
        switch story {
        case .adopt, .publish: break
        case .reject:
            once += ["endpoint_request.filed", "approval.given verdict=reject", "endpoint_request.rejected"]
        case .revokeEarly:
            once += [
                "endpoint_request.filed", "approval.given verdict=approve", "endpoint_request.approved",
                "endpoint.created",
            ]
        case .approveManaged, .approveSelfManaged, .revoke, .expire, .retire:
            once += [
                "endpoint_request.filed", "approval.given verdict=approve", "endpoint_request.approved",
                "endpoint.created", "endpoint.step_taken action=admit",
            ]
            // At Google the list decides, and nothing is accepted one by one.
            if world.provider == .aws { once.append("endpoint.step_taken action=accept") }
            once.append(
                story == .approveSelfManaged ? "endpoint.identified" : "endpoint.step_taken action=create_endpoint")
        }
        switch story {
        case .revokeEarly: once.append("endpoint.closing_requested kind=revoked")
        case .revoke: once += ["endpoint.closing_requested kind=revoked", "endpoint.step_taken action=delete_endpoint"]
        case .expire: once += ["endpoint.closing_requested kind=expired", "endpoint.step_taken action=delete_endpoint"]
        case .retire:
            once += [
                "endpoint.closing_requested kind=withdrawn", "endpoint.step_taken action=delete_endpoint",
                "service.withdrawn", "service.phase_changed from=retiring to=retired",
            ]
        case .approveManaged, .approveSelfManaged, .reject, .adopt, .publish: break
        }
        return once.filter { happenings[$0] != 1 }.map { missed in
            let akin = happenings.keys.filter { $0.split(separator: " ").first == missed.split(separator: " ").first }
            return "\(missed): \(happenings[missed] ?? 0) times in the log, which has \(akin.sorted())"
        }
    }
}

/// Requirements that do not hold.
private struct Flaws {
    private(set) var all: [String] = []

    mutating func require(_ holds: Bool, _ flaw: String) { if !holds { all.append(flaw) } }
}
