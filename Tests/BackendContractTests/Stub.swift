import Testing
@Test func stubBackendContract() {}
