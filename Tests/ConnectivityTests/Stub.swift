import Testing
@Test func stubConnectivity() {}
