import Connectivity

extension Connection.Status {
    /// Google's word: `connectedEndpoints[].status`, or a forwarding rule's `pscConnectionStatus`.
    init(google status: String?) {
        self =
            switch status {
            case "PENDING": .pending
            case "ACCEPTED": .accepted
            case "REJECTED": .rejected
            case "CLOSED": .closed
            case "NEEDS_ATTENTION": .needsAttention
            // STATUS_UNSPECIFIED, and whatever Google may say one day.
            default: .unknown
            }
    }
}

extension Connection {
    /// An endpoint as the producer's side shows it; nil if it has no address that Postern understands.
    init?(_ seen: ServiceAttachment.ConnectedEndpoint) {
        guard let path = seen.endpoint.flatMap({ ResourcePath($0) }) else { return nil }
        let status = Status(google: seen.status)
        self.init(
            nativeID: "\(path)", accountNativeID: path.project,
            networkNativeID: seen.consumerNetwork.map { ResourcePath.canonical($0) }, status: status,
            nativeStatus: seen.status ?? "STATUS_UNSPECIFIED", isServing: status == .accepted)
    }

    /// An endpoint as only the consumer's side shows it: the producer forgets the ones that it closed.
    init?(_ rule: ForwardingRule, at path: ResourcePath) {
        guard let native = rule.pscConnectionStatus else { return nil }
        let status = Status(google: native)
        self.init(
            nativeID: "\(path)", accountNativeID: path.project,
            networkNativeID: rule.network.map { ResourcePath.canonical($0) }, status: status, nativeStatus: native,
            isServing: status == .accepted)
    }
}
