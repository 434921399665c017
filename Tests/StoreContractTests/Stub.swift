import Testing
@Test func stubStoreContract() {}
