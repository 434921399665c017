import ControlPlane
import Connectivity
import TestSupport

@testable import BackendContractTests
@testable import crash_rig

/// The world outside the process that is killed: the cloud, and the consumer's own hands in it.
final class World: Sendable {
    let scene: BackendScene
    let stage: Stage
    /// How the process reaches the cloud by itself; nil: through `answer`.
    let environment: [String: String]?
    /// An endpoint that somebody else made, and that has nothing to do with the story.
    let foreignEndpoint: String
    /// The cloud before the story.
    let before: Sight
    private let cloud: Cloud

    private enum Cloud: Sendable {
        /// An emulator's, which the tests and the process that is killed both call.
        case shared(any BackendRig, CloudDesk)
        /// A fake one in a process of its own, which goes by this journal.
        case apart(CloudProcess, any JournaledRig, journal: String)
    }

    var provider: CloudProvider { stage.provider }
    var consumer: RigConsumer { scene.consumers[0] }

    init(_ kind: any BackendRig, in folder: CrashFolder) async throws {
        let journaled = kind as? any JournaledRig
        let rig = try journaled?.opening(journal: folder.journal) ?? kind
        let scene = try await rig.makeScene(SceneWish(consumers: 2))
        let (consumer, bystander) = (scene.consumers[0], scene.consumers[1])
        try await rig.admit(bystander.account.nativeID, limit: 1, to: scene.service)
        foreignEndpoint = try await rig.createEndpoint(
            by: bystander, in: bystander.network.subnets[0], to: scene.service, disguisedAs: nil)
        try await rig.settle(scene)
        before = try await Sight(rig, scene)
        stage = Stage(
            provider: rig.provider, region: scene.region, producer: .init(scene.producer),
            consumer: .init(consumer.account), network: consumer.network.nativeID,
            subnet: consumer.network.subnets[0].nativeID, service: scene.service.nativeID, blueprint: scene.blueprint)
        environment = (rig as? any DirectRig)?.serverEnvironment
        if let journaled {
            let process = try CloudProcess(
                CloudOrder(stage: stage, serviceName: scene.service.serviceName, journal: folder.journal))
            cloud = .apart(process, journaled, journal: folder.journal)
        } else {
            let desk = CloudDesk(
                backend: try await rig.makeBackend(), advance: { try await rig.settle(scene) },
                makeEndpoint: {
                    try await rig.createEndpoint(
                        by: consumer, in: consumer.network.subnets[0], to: scene.service, disguisedAs: nil)
                })
            cloud = .shared(rig, desk)
        }
        self.scene = scene
    }

    /// What the cloud, or the consumer, says to a call of the process.
    func answer(_ call: PortCall) async -> PortReply {
        switch cloud {
        case .shared(_, let desk): await desk.answer(call)
        case .apart(let process, _, _): await process.answer(call)
        }
    }

    /// Everything in the scene, past the backend, when all is over.
    func end() async throws -> Sight {
        let rig: any BackendRig
        switch cloud {
        case .shared(let shared, _): rig = shared
        case .apart(let process, let journaled, let journal):
            // What is still on its way arrives.
            _ = await process.answer(.advance)
            await process.end()
            rig = try journaled.opening(journal: journal)
            // Time in which nothing took effect is not in the journal: it has to pass again.
            for _ in 0..<4 { try await rig.settle(scene) }
        }
        try await rig.settle(scene)
        return try await Sight(rig, scene)
    }

    /// What eyes other than the backend's see in a scene.
    struct Sight: Equatable {
        let endpoints: [RigEndpoint]
        let addresses: Set<String>
        let foreignEndpoints: [RigEndpoint]
        let foreignAddresses: Set<String>
        let services: Set<RigService>
        let admissions: [String: Int?]
        /// The native status of each, by the endpoint's native id.
        let connections: [String: String]

        init(_ rig: any BackendRig, _ scene: BackendScene) async throws {
            let (consumer, bystander) = (scene.consumers[0], scene.consumers[1])
            endpoints = try await rig.endpoints(of: consumer)
            addresses = try await rig.heldAddresses(of: consumer)
            foreignEndpoints = try await rig.endpoints(of: bystander)
            foreignAddresses = try await rig.heldAddresses(of: bystander)
            services = Set(try await rig.services(of: scene.producer))
            admissions = try await rig.admissions(to: scene.service)
            connections = try await rig.connections(to: scene.service)
        }
    }
}

extension BackendRig {
    /// Lets the cloud finish what it is at work at, if nothing new comes.
    fileprivate func settle(_ scene: BackendScene) async throws {
        for _ in 0..<8 { try await advance(only: scene) }
    }
}

extension Stage.Account {
    fileprivate init(_ account: RigAccount) { self.init(nativeID: account.nativeID, access: account.access) }
}
