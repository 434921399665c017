import Testing
@Test func stubGooglePSCTests() {}
