import Testing
@Test func stubControlPlane() {}
