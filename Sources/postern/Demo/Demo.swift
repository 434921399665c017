import Connectivity
import ControlPlane
import FakeCloud
import FoundationEssentials
import HTTPAPI

/// The demo of dev mode: its scenes in the fake clouds, its first entries in the store, and `demo.env`.
struct Demo {
    private let store: any Store
    private let seed: DemoSeed
    private let scenes: [DemoScene]
    private let file: DemoFile

    init(store: any Store, useCases: UseCases, folder: String) throws(OperatorFault) {
        self.store = store
        seed = try DemoSeed(useCases: useCases)
        scenes = try DemoScene.all()
        file = DemoFile(folder: folder)
    }

    /// Puts up what is missing of the demo, and leaves alone what is there.
    /// - Parameters:
    ///   - reconciler: reads the networks, whose ids `demo.env` tells, out of the fake clouds.
    ///   - url: where the server will listen; nil: that turns out later.
    func prepare(_ cloud: FakeCloud, _ reconciler: Reconciler, url: String?) async throws {
        for scene in scenes { try scene.build(in: cloud) }
        let (seed, scenes, known) = (seed, scenes, file.read() ?? [:])
        let secrets = try await store.write { transaction in
            if try !seed.isPlanted(in: transaction) { try seed.plant(scenes, in: transaction) }
            return try seed.knowsTokens(known, in: transaction) ? nil : try seed.issueTokens(in: transaction)
        }
        if try await findIDs() == nil { await reconciler.runUntilSettled() }
        guard let ids = try await findIDs() else {
            throw OperatorFault("the demo's networks cannot be read from the fake clouds")
        }
        let tokens = DemoSeed.Person.allCases.map { person in
            (person.variable, secrets?[person]?.text ?? known[person.variable] ?? "")
        }
        try file.write([("POSTERN_URL", url ?? "")] + tokens + ids)
    }

    /// Tells in `demo.env` where the server listens.
    func note(url: String) throws(OperatorFault) {
        let known = file.read() ?? [:]
        guard known["POSTERN_URL"] != url else { return }
        let others = known.filter { $0.key != "POSTERN_URL" }.sorted { $0.key < $1.key }
        try file.write([("POSTERN_URL", url)] + others.map { ($0.key, $0.value) })
    }

    /// Tells on standard output what can be tried now.
    func greet() { StandardStream.output.write(DemoGreeting(file: file.path, values: file.read() ?? [:]).text) }

    /// The ids that the demo's calls need; nil while a network has not been read from its cloud yet.
    private func findIDs() async throws -> [(name: String, value: String)]? {
        let scenes = scenes
        return try await store.read { reader in
            var ids: [(name: String, value: String)] = []
            for scene in scenes {
                guard let found = try scene.ids(in: reader) else { return nil }
                ids += found
            }
            return ids
        }
    }
}
