import GRDB
enum StubP {}
