import Connectivity
import ControlPlane

/// A project to call Google in, and on whose side it is in the matter at hand: errors tell it to the person who has to
/// act.
struct Party: Sendable {
    let account: CloudAccount
    /// nil: the caller knows, as where a project's networks are read.
    let side: Fault.Side?

    static func producer(_ account: CloudAccount) -> Party { Party(account: account, side: .producer) }

    static func consumer(_ account: CloudAccount) -> Party { Party(account: account, side: .consumer) }
}
