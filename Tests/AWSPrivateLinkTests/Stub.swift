import Testing
@Test func stubAWSPrivateLinkTests() {}
