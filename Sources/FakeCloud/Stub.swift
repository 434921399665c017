enum StubFakeCloud {}
