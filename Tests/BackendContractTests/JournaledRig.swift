import TestSupport

/// A rig whose cloud is kept in a file: so it can be left to a process of its own, and looked at when that has ended.
protocol JournaledRig: BackendRig {
    /// Another cloud of the same kind, as the journal tells; an empty one if there is none yet.
    func opening(journal: String) throws -> any BackendRig
}

extension FakeRig: JournaledRig {
    func opening(journal: String) throws -> any BackendRig { try FakeRig(provider: provider, journal: journal) }
}
