public import ControlPlane

/// What every store does, as the comments of `Store` say it: one rule a case, run by every implementation's tests.
public struct StoreContract: Sendable, CustomStringConvertible {
    public let name: String
    private let check: @Sendable (any Store) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (any Store) async throws -> Void) {
        self.name = name
        self.check = check
    }

    public var description: String { name }

    /// Checks the rule on an empty store.
    public func check(on store: any Store) async throws { try await check(store) }

    public static let rules: [StoreContract] = transactionRules + recordRules + listRules + workRules
}
