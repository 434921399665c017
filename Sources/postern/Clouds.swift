import Connectivity
import ControlPlane
import FakeCloud
import Logging

/// The clouds that this server drives.
struct Clouds {
    let backends: [CloudProvider: any CloudBackend]
    /// The cloud that is not real, in dev mode.
    let fake: FakeCloud?

    init(_ settings: Settings, environment: Environment, logger: Logger) throws {
        guard settings.isDevelopment else {
            (backends, fake) = ([:], nil)
            return
        }
        let fake = try FakeCloud(journal: settings.dataDirectory + "/fake-cloud.journal", environment: environment)
        self.fake = fake
        backends = Dictionary(uniqueKeysWithValues: CloudProvider.allCases.map { ($0, fake.backend(for: $0)) })
    }

    /// For the log.
    var summary: String {
        guard !backends.isEmpty else { return "none" }
        let names = backends.keys.map(\.rawValue).sorted().joined(separator: ", ")
        return fake == nil ? names : "\(names) (fake)"
    }
}
