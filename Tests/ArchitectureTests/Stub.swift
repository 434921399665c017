import Testing
@Test func stubArchitecture() {}
