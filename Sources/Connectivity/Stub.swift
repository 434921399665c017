enum StubConnectivity {}
