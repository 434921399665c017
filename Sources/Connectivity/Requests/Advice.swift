/// What can be said of a request from the two networks alone.
public enum Advice {
    /// - Parameters:
    ///   - consumer: the network in which the endpoint is to stand.
    ///   - producers: the known networks of the service's account.
    public static func findings(consumer: Network, producers: [Network]) -> [Finding] {
        let known = producers.filter { !$0.ranges.isEmpty }
        guard !known.isEmpty, !consumer.ranges.isEmpty else {
            return [
                Finding(
                    code: .cidrUnknown, severity: .info,
                    message: "The address ranges of one side are not known, so nothing can be said about peering.")
            ]
        }
        guard let (ours, theirs) = known.lazy.compactMap({ consumer.overlap(with: $0) }).first else { return [] }
        return [
            Finding(
                code: .cidrOverlap, severity: .info,
                message: "Both sides use \(ours == theirs ? "\(ours)" : "overlapping ranges (\(ours) and \(theirs))"): "
                    + "VPC peering is impossible between them, a private endpoint is not affected.")
        ]
    }
}
