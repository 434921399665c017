import Testing
import TestSupport

@Suite struct StoreContractTests {
    @Test(arguments: StoreKind.allCases, StoreContract.rules)
    func keeps(_ kind: StoreKind, _ rule: StoreContract) async throws {
        try await kind.withStore { try await rule.check(on: $0) }
    }
}
