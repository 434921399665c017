import Testing
@Test func stubHTTPAPI() {}
