import ControlPlane
import Connectivity
import Synchronization
import TestSupport

@testable import BackendContractTests
@testable import crash_rig

/// The world outside the process that is killed: the cloud, and the consumer's own hands in it.
final class World: Sendable {
    let rig: any BackendRig
    let scene: BackendScene
    /// An endpoint that somebody else made, and that has nothing to do with the story.
    let foreignEndpoint: String
    private let backend: any CloudBackend
    private let madeByConsumer = Mutex<String?>(nil)

    var consumer: RigConsumer { scene.consumers[0] }
    private var bystander: RigConsumer { scene.consumers[1] }

    init(_ rig: any BackendRig) async throws {
        self.rig = rig
        scene = try await rig.makeScene(SceneWish(consumers: 2))
        backend = try await rig.makeBackend()
        let bystander = scene.consumers[1]
        try await rig.admit(bystander.account.nativeID, limit: 1, to: scene.service)
        foreignEndpoint = try await rig.createEndpoint(
            by: bystander, in: bystander.network.subnets[0], to: scene.service, disguisedAs: nil)
        try await settleCloud()
    }

    /// Lets the cloud finish what it is at work at, if nothing new comes.
    func settleCloud() async throws { for _ in 0..<8 { try await rig.advance() } }

    var stage: Stage {
        Stage(
            provider: rig.provider, region: scene.region, producer: .init(scene.producer),
            consumer: .init(consumer.account), network: consumer.network.nativeID,
            subnet: consumer.network.subnets[0].nativeID, service: scene.service.nativeID, blueprint: scene.blueprint)
    }

    /// Everything in the scene, past the backend.
    func look() async throws -> Sight {
        let services = try await rig.services(of: scene.producer)
        return Sight(
            endpoints: try await rig.endpoints(of: consumer), addresses: try await rig.heldAddresses(of: consumer),
            foreignEndpoints: try await rig.endpoints(of: bystander),
            foreignAddresses: try await rig.heldAddresses(of: bystander), services: Set(services),
            admissions: try await rig.admissions(to: scene.service),
            connections: try await rig.connections(to: scene.service))
    }

    struct Sight: Equatable {
        var endpoints: [RigEndpoint]
        var addresses: Set<String>
        var foreignEndpoints: [RigEndpoint]
        var foreignAddresses: Set<String>
        var services: Set<RigService>
        var admissions: [String: Int?]
        var connections: [String: String]
    }

    // MARK: What the process asks for

    func answer(_ call: PortCall) async -> PortReply {
        do {
            return try await reply(to: call)
        } catch let error as CloudError {
            return .refused(WireCloudError(error))
        } catch {
            return .broken("\(error)")
        }
    }

    private func reply(to call: PortCall) async throws -> PortReply {
        switch call {
        case .networks(let account):
            return .networks(try await backend.networks(of: try account.account()).map(WireNetwork.init))
        case .observeService(let target):
            return .service(try await backend.observe(try target.target()).map(WireServiceObservation.init))
        case .publish(let target): try await backend.ensurePublished(try target.target())
        case .unpublish(let target): try await backend.ensureUnpublished(try target.target())
        case .observeEndpoint(let target):
            return .endpoint(WireEndpointObservation(try await backend.observe(try target.target())))
        case .admit(let target, let limit): try await backend.ensureAdmitted(try target.target(), limit: limit)
        case .expel(let target, let remaining):
            try await backend.ensureExpelled(try target.target(), remaining: remaining)
        case .createEndpoint(let target, let token):
            try await backend.ensureEndpoint(try target.target(), token: token)
        case .accept(let target, let connection):
            try await backend.ensureAccepted(try target.target(), connection: connection)
        case .reject(let target, let connection):
            try await backend.ensureRejected(try target.target(), connection: connection)
        case .deleteEndpoint(let target): try await backend.ensureEndpointAbsent(try target.target())
        case .advance: try await settleCloud()
        case .consumerMakesEndpoint: return .nativeID(try await makeConsumersEndpoint())
        }
        return .done
    }

    private func makeConsumersEndpoint() async throws -> String {
        if let made = madeByConsumer.withLock({ $0 }) { return made }
        let native = try await rig.createEndpoint(
            by: consumer, in: consumer.network.subnets[0], to: scene.service, disguisedAs: nil)
        madeByConsumer.withLock { $0 = native }
        return native
    }

    var consumersOwnEndpoint: String? { madeByConsumer.withLock { $0 } }
}

extension Stage.Account {
    fileprivate init(_ account: RigAccount) { self.init(nativeID: account.nativeID, access: account.access) }
}
