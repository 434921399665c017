/// A rig whose backend a server makes in its own process, from what its environment says. The others are reached
/// through the process that has the rig.
protocol DirectRig {
    var serverEnvironment: [String: String] { get }
}
