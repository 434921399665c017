extension AWSRig: DirectRig {
    var serverEnvironment: [String: String] { environment }
}
