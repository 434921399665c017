import AWSPrivateLink
import CloudTransport
import Connectivity
import ControlPlane
import FakeCloud
import FoundationEssentials
import GooglePSC
import Logging

/// The clouds that this server drives: the real ones, or in dev mode one that is not real.
struct Clouds {
    let backends: [CloudProvider: any CloudBackend]
    /// The cloud that is not real, in dev mode.
    let fake: FakeCloud?
    /// The ways to the real clouds: one each, since each has proxies and trust roots of its own.
    private let transports: [CloudTransport]

    init(_ settings: Settings, environment: Environment, logger: Logger) throws {
        let journal = settings.dataDirectory + "/fake-cloud.journal"
        try Self.refuseToMix(settings, journal: journal)
        if settings.isDevelopment {
            let fake = try FakeCloud(journal: journal, environment: environment)
            backends = Dictionary(uniqueKeysWithValues: CloudProvider.allCases.map { ($0, fake.backend(for: $0)) })
            (self.fake, transports) = (fake, [])
        } else {
            let variables = ProcessInfo.processInfo.environment
            let aws = try AWSSettings(environment: variables)
            let google = try GoogleSettings(environment: variables)
            let toAWS = try CloudTransport(aws.transport)
            let toGoogle = try CloudTransport(CloudTransportSettings(environment: variables))
            backends = [
                .aws: AWSPrivateLinkBackend(settings: aws, transport: toAWS, now: environment.now, logger: logger),
                .gcp: GooglePSCBackend(settings: google, caller: toGoogle, environment: environment, logger: logger),
            ]
            (fake, transports) = (nil, [toAWS, toGoogle])
        }
    }

    /// What was decided about real clouds must not be settled against a fake one, nor the other way round.
    private static func refuseToMix(_ settings: Settings, journal: String) throws(OperatorFault) {
        let isThere = FileManager.default.fileExists(atPath:)
        if settings.isDevelopment, isThere(settings.databasePath), !isThere(journal) {
            throw OperatorFault(
                "\(settings.dataDirectory) holds what a server decided about real clouds: choose another data folder for --dev"
            )
        }
        if !settings.isDevelopment, isThere(journal) {
            throw OperatorFault(
                "\(settings.dataDirectory) is dev mode's, with fake clouds: choose another data folder, or say --dev")
        }
    }

    /// For the log.
    var summary: String {
        let names = backends.keys.map(\.rawValue).sorted().joined(separator: ", ")
        return fake == nil ? names : "\(names) (fake)"
    }

    func close() async {
        for transport in transports { await transport.shutdown() }
    }
}
