import Connectivity
import ControlPlane
import FakeCloud
import Synchronization
import Testing
import TestSupport

/// Calls whose answer never came, and whose effect comes when the endpoint is not wanted any more.
@Suite struct LateEffectTests {
    @Test(
        "What is made after the end goes, too",
        arguments: CloudProvider.allCases, [CloudAction.admit, .createEndpoint])
    func lateEffectsAreTakenBack(provider: CloudProvider, action: CloudAction) async throws {
        let story = try await Story(provider, action, .late)
        try await story.endsBeforeTheEffect()
        #expect(try await story.phase == .closing)
        story.arrives()
        for _ in 0..<4 { await story.passes(.seconds(16)) }
        #expect(try await story.phase == .closed)
        #expect(await story.isEmpty)
    }

    @Test(
        "What is not made for a while will not be",
        arguments: CloudProvider.allCases, [CloudAction.admit, .createEndpoint])
    func lostCallsEnd(provider: CloudProvider, action: CloudAction) async throws {
        let story = try await Story(provider, action, .lost)
        try await story.endsBeforeTheEffect()
        for _ in 0..<7 { await story.passes(.seconds(16)) }
        #expect(try await story.phase == .closing)
        for _ in 0..<2 { await story.passes(.seconds(16)) }
        #expect(try await story.phase == .closed)
        #expect(await story.isEmpty)
    }

    @Test(
        "What the cloud refused keeps nobody waiting", arguments: CloudProvider.allCases,
        [CallFate.throttled, .denied])
    fileprivate func refusedCallsEndAtOnce(provider: CloudProvider, fate: CallFate) async throws {
        let story = try await Story(provider, .createEndpoint, fate)
        try await story.endsBeforeTheEffect()
        #expect(try await story.phase == .closed)
        #expect(await story.isEmpty)
    }
}

extension LateEffectTests {
    /// The usual sequel of a call that got no answer.
    @Test("A refused repeat does not make the first call forgotten", arguments: CloudProvider.allCases)
    func refusedRepeat(provider: CloudProvider) async throws {
        let story = try await Story(provider, .createEndpoint, .lateThenThrottled)
        await story.passes(.zero)
        await story.passes(.seconds(16))
        try await story.endsBeforeTheEffect()
        #expect(try await story.phase == .closing)
        story.arrives()
        for _ in 0..<4 { await story.passes(.seconds(16)) }
        #expect(try await story.phase == .closed)
        #expect(await story.isEmpty)
    }
}

/// An endpoint that is approved and revoked, while one call made for it is still on its way.
private struct Story {
    private let world: World
    private let hasArrived = Flag()
    private let registry: World.Registry
    private let endpoint: ID<Endpoint>
    private let reconciler: Reconciler

    init(_ provider: CloudProvider, _ action: CloudAction, _ fate: CallFate) async throws {
        world = try World(provider)
        registry = try await world.register()
        endpoint = try await world.approved(registry)
        reconciler = world.reconciler { [hasArrived] in
            SlowCloud(cloud: $0, action: action, fate: fate, hasArrived: hasArrived)
        }
    }

    /// What was done shows at last.
    func arrives() { hasArrived.raise() }

    var phase: Endpoint.Phase { get async throws { try await world.endpoint(endpoint).phase } }

    var isEmpty: Bool {
        get async {
            let inventory = await world.cloud.inventory()
            return inventory.endpoints.isEmpty && inventory.services.allSatisfy(\.admitted.isEmpty)
        }
    }

    func endsBeforeTheEffect() async throws {
        await reconciler.runUntilSettled()
        try await world.revoke(endpoint, registry)
        await reconciler.runUntilSettled()
    }

    func passes(_ time: Duration) async {
        world.clock.advance(by: time)
        await reconciler.runUntilSettled()
    }
}

/// A cloud that answers one kind of call with an error: it refuses the call or loses it, or does it and shows it late.
private struct SlowCloud: CloudRelay {
    let cloud: any CloudBackend
    let action: CloudAction
    let fate: CallFate
    let hasArrived: Flag
    private let hasCalled = Flag()

    init(cloud: any CloudBackend, action: CloudAction, fate: CallFate, hasArrived: Flag) {
        self.cloud = cloud
        self.action = action
        self.fate = fate
        self.hasArrived = hasArrived
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        let seen = try await cloud.observe(target)
        guard !hasArrived.isUp else { return seen }
        return EndpointObservation(
            admission: action == .admit ? .absent : seen.admission, revocationGrain: seen.revocationGrain,
            endpoint: nil, connection: nil, unrequestedAccepted: 0, unrequestedWaiting: 0, acceptedBeside: 0)
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        if action != .admit || fate == .late { try await cloud.ensureAdmitted(target, limit: limit) }
        if action == .admit { throw fate.error }
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        guard action == .createEndpoint else { return try await cloud.ensureEndpoint(target, token: token) }
        let fate = self.fate == .lateThenThrottled ? (hasCalled.isUp ? .throttled : .late) : self.fate
        hasCalled.raise()
        if fate == .late { try await cloud.ensureEndpoint(target, token: token) }
        throw fate.error
    }
}

private enum CallFate {
    case late, lost, throttled, denied, lateThenThrottled

    var error: CloudError {
        let kind: CloudError.Kind =
            switch self {
            case .late, .lost: .unavailable
            case .throttled, .lateThenThrottled: .throttled
            case .denied: .denied
            }
        return CloudError(kind: kind, message: "Not now.")
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isUp: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}
