/// What can be said of a request from what is known already.
public enum Advice {
    /// What can be said of a connection that nobody asked for.
    public static func findings(discovered connection: Connection) -> [Finding] {
        guard connection.status == .accepted else { return [] }
        return [
            Finding(
                code: .connectedAlready, severity: .warn,
                message:
                    "It is connected already, before anybody decided: traffic can flow until it is rejected, and where "
                    + "the cloud lets in whole accounts, until its consumer deletes it.")
        ]
    }

    /// What can be said from the two networks alone.
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
        guard let (ours, _) = known.lazy.compactMap({ consumer.overlap(with: $0) }).first else { return [] }
        return [
            Finding(
                code: .cidrOverlap, severity: .info,
                // The producer's own ranges are not the consumer's to know.
                message: "The producer's networks overlap with \(ours) of this one: VPC peering is impossible between "
                    + "them, a private endpoint is not affected.")
        ]
    }
}
