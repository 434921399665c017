package import Connectivity
package import ControlPlane

/// What a backend needs to know of an account. What else it has is of no concern to a cloud, and does not travel.
package struct WireAccount: Codable, Sendable {
    let id: ID<CloudAccount>
    let provider: CloudProvider
    let nativeID: String
    let access: CloudAccess

    init(_ account: CloudAccount) {
        id = account.id
        provider = account.provider
        nativeID = account.nativeID
        access = account.access
    }

    package func account() throws -> CloudAccount {
        CloudAccount(
            id: id, name: try wireName(), teamID: ID(at: .wire, entropy: .wire), provider: provider,
            nativeID: nativeID, access: access, description: nil, schedule: Schedule(dueAt: nil), createdAt: .wire,
            updatedAt: .wire)
    }
}

package struct WireServiceTarget: Codable, Sendable {
    let id: ID<PublishedService>
    let account: WireAccount
    let region: String
    let adopted: String?
    let blueprint: PublishedService.Blueprint?
    let nativeID: String?
    let serviceName: String?

    init(_ target: ServiceTarget) { self.init(target.service, in: target.account) }

    init(_ service: PublishedService, in owner: CloudAccount) {
        id = service.id
        account = WireAccount(owner)
        region = service.region
        (adopted, blueprint) =
            switch service.origin {
            case .adopted(let nativeID): (nativeID, nil)
            case .published(let blueprint): (nil, blueprint)
            }
        nativeID = service.nativeID
        serviceName = service.serviceName
    }

    package func target() throws -> ServiceTarget {
        let owner = try account.account()
        let service = PublishedService(
            id: id, name: try wireName(), teamID: owner.teamID, accountID: owner.id, provider: owner.provider,
            region: region, description: nil, documentationURL: nil,
            origin: blueprint.map { .published($0) } ?? .adopted(nativeID: adopted ?? ""), nativeID: nativeID,
            serviceName: serviceName, visibility: .everyone, policy: AccessPolicy(), schedule: Schedule(dueAt: nil),
            createdAt: .wire, updatedAt: .wire)
        return ServiceTarget(service: service, account: owner)
    }
}

package struct WireEndpointTarget: Codable, Sendable {
    let id: ID<Endpoint>
    let service: WireServiceTarget
    let consumer: WireAccount
    let mode: Endpoint.Mode
    let desired: Endpoint.Desired
    let nativeID: String?
    let hasBeenActive: Bool
    let subnet: Subnet?
    let wantedNativeIDs: Set<String>

    init(_ target: EndpointTarget) {
        id = target.endpoint.id
        service = WireServiceTarget(target.service, in: target.producer)
        consumer = WireAccount(target.consumer)
        mode = target.endpoint.mode
        desired = target.endpoint.desired
        nativeID = target.endpoint.observed.nativeID
        hasBeenActive = target.endpoint.observed.hasBeenActive
        subnet = target.subnet
        wantedNativeIDs = target.wantedNativeIDs
    }

    package func target() throws -> EndpointTarget {
        let (service, consumer) = (try service.target(), try consumer.account())
        let endpoint = Endpoint(
            id: id, requestID: ID(at: .wire, entropy: .wire), serviceID: service.service.id,
            producerTeamID: service.account.teamID, consumerTeamID: consumer.teamID, accountID: consumer.id,
            networkID: nil, subnet: subnet?.nativeID, mode: mode, requestedAddress: nil,
            desired: desired, observed: .init(nativeID: nativeID, hasBeenActive: hasBeenActive),
            schedule: Schedule(dueAt: nil),
            expiresAt: nil, createdAt: .wire, updatedAt: .wire)
        return EndpointTarget(
            endpoint: endpoint, service: service.service, producer: service.account, consumer: consumer, network: nil,
            subnet: subnet, wantedNativeIDs: wantedNativeIDs)
    }
}

private func wireName() throws -> ResourceName {
    guard let name = ResourceName("unnamed") else { throw WireError() }
    return name
}

private struct WireError: Error {}

extension Timestamp {
    fileprivate static let wire = Timestamp(milliseconds: 0)
}

extension ULID.Entropy {
    fileprivate static let wire = ULID.Entropy(high: 0, low: 0)
}
