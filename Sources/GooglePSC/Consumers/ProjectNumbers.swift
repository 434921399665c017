import CloudTransport
import Connectivity
import ControlPlane
import Logging

/// The numbers of projects, by which lists may name them: `cloudresourcemanager.projects.get`. Asked only where a list
/// has numbers in it, and kept.
struct ProjectNumbers: Sendable {
    private let caches: CredentialCaches<CloudAccount.Key, String?>

    /// A number never changes; an account whose number may not be read is asked about again after a while.
    private static let pause = Duration.seconds(600)

    init(_ google: GoogleAPI) {
        caches = CredentialCaches { key in
            CredentialCache(margin: .zero, now: google.environment.now) { () async throws(CloudError) in
                do throws(CloudError) {
                    let number = try await Self.number(of: key, by: google)
                    return .init(number, expiresAt: nil)
                } catch let error where !error.isRetryable {
                    google.logger.warning(
                        "The number of a project cannot be read, and an accept or reject list names projects by number",
                        metadata: ["project": "\(key.nativeID)", "code": "\(error.cloudCode ?? "")"])
                    return .init(nil, expiresAt: google.environment.now() + Self.pause)
                }
            }
        }
    }

    /// nil: Postern may not read it.
    func number(of account: CloudAccount) async throws(CloudError) -> String? {
        try await caches[CloudAccount.Key(account)].value()
    }

    private struct Project: Decodable {
        /// `projects/<number>`
        let name: String
    }

    private static func number(of key: CloudAccount.Key, by google: GoogleAPI) async throws(CloudError) -> String? {
        let resource = "projects/\(key.nativeID)"
        let project = try await google.send(
            .get, "\(google.settings.resourceManagerURL)/v3/\(resource)", for: Project.self, about: resource,
            as: .consumer(key.account))
        return ResourcePath.lastName(of: project.name)
    }
}

extension CloudAccount {
    /// An account and the way into it, whatever else changes about it.
    struct Key: Hashable, Sendable {
        let account: CloudAccount
        var nativeID: String { account.nativeID }

        init(_ account: CloudAccount) { self.account = account }

        static func == (left: Self, right: Self) -> Bool {
            left.account.nativeID == right.account.nativeID
                && left.account.access.identity == right.account.access.identity
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(account.nativeID)
            hasher.combine(account.access.identity)
        }
    }
}
