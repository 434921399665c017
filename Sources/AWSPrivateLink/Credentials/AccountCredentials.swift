import CloudTransport
import Connectivity
import ControlPlane
import Logging

/// Postern's way into each cloud account: its own identity, or the role registered there. One fetch serves all callers.
final class AccountCredentials: Sendable {
    private struct RoleKey: Hashable {
        let arn: String
        let externalID: String?
    }

    private let own: CredentialCache<AWSCredentials>
    private let roles: CredentialCaches<RoleKey, AWSCredentials>
    /// The account that Postern's own identity is at home in.
    private let home: CredentialCache<String>

    init(_ settings: AWSSettings, api: QueryAPI, transport: any CloudCaller) {
        let now = api.now
        // STS is called where the server is; without a region of its own, where AWS keeps it for everyone.
        let region = { @Sendable () throws(CloudError) -> Region in try Region(settings.region ?? "us-east-1") }
        let own = CredentialCache<AWSCredentials>(now: now) { () throws(CloudError) in
            let sessions = RoleSessions(api: api, region: try region())
            do throws(CloudError) {
                return try await CredentialChain(
                    settings: settings, sessions: sessions, transport: transport, now: now
                ).find()
            } catch {
                throw error.on(.postern)
            }
        }
        self.own = own
        roles = CredentialCaches { key in
            CredentialCache(now: now) { () throws(CloudError) in
                let keys = try await own.value()
                do throws(CloudError) {
                    return try await RoleSessions(api: api, region: try region())
                        .assume(key.arn, externalID: key.externalID, with: keys)
                } catch {
                    guard let code = error.cloudCode, AWSErrorCode(code).isOfCredentials else { throw error }
                    // Not the role is wrong, but what the server has: found anew for the next call.
                    await own.forget(ifStill: keys)
                    throw error.on(.postern)
                }
            }
        }
        home = CredentialCache(now: now) { () throws(CloudError) in
            let keys = try await own.value()
            do throws(CloudError) {
                let account = try await RoleSessions(api: api, region: try region()).account(of: keys)
                return .init(account, expiresAt: now() + .seconds(3600))
            } catch {
                await own.forget(ifStill: keys)
                throw error.on(.postern)
            }
        }
    }

    /// - Throws: `denied` if no identity leads into the account.
    func credentials(for account: CloudAccount) async throws(CloudError) -> AWSCredentials {
        if let cache = roleCache(of: account) { return try await cache.value() }
        // Without a role Postern would do its work in its own account, whatever account was registered.
        let home = try await home.value()
        guard home == account.nativeID else {
            throw CloudError(
                kind: .denied,
                message:
                    "Postern's own identity is in the account \(home), not in \(account.nativeID): register the ARN "
                    + "of a role there as the account's access.identity.")
        }
        return try await own.value()
    }

    /// Has new ones fetched for the next call: AWS says that these have ended.
    /// - Parameter refused: nil if none were to be had.
    func forget(_ refused: AWSCredentials?, for account: CloudAccount) async {
        if let cache = roleCache(of: account) {
            await cache.forget(ifStill: refused)
        } else if await own.forget(ifStill: refused) {
            // The new ones may be at home elsewhere.
            await home.forget()
        }
    }

    private func roleCache(of account: CloudAccount) -> CredentialCache<AWSCredentials>? {
        account.access.identity.map { roles[RoleKey(arn: $0, externalID: account.access.externalID)] }
    }
}
