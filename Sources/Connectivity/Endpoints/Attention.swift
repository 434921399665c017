/// Something the cloud shows that Postern must not repair by itself: access is never widened by a repair, and what
/// somebody did on purpose is not undone.
public enum Attention: String, CaseIterable, Codable, Sendable {
    case serviceMissing = "service_missing"
    case consumerRefused = "consumer_refused"
    case endpointDeleted = "endpoint_deleted"
    case rejectedByProducer = "rejected_by_producer"
    case closedByProducer = "closed_by_producer"
    case producerMustAct = "producer_must_act"
    case roomTaken = "room_taken"
    case unrequestedEndpoint = "unrequested_endpoint"
    case wrongNetwork = "wrong_network"
    case revocationIsCoarse = "revocation_is_coarse"
    case unknownStatus = "unknown_status"

    /// The same, for the person who has to act.
    public func fault(nativeStatus: String?, at instant: Timestamp) -> Fault {
        let (side, message, remedy): (Fault.Side, String, String) =
            switch self {
            case .serviceMissing:
                (
                    .producer, "The service cannot be found in the producer's account.",
                    "Restore the service in the cloud, or withdraw it here."
                )
            case .consumerRefused:
                (
                    .producer, "The service's reject list in the cloud names the consumer's account.",
                    "Remove the account from the reject list in the cloud, or revoke this endpoint."
                )
            case .endpointDeleted:
                (
                    .consumer, "The endpoint was deleted in the consumer's network.",
                    "Release this endpoint and file a new request, or let the service's policy recreate deleted endpoints."
                )
            case .rejectedByProducer:
                (
                    .producer, "The connection was rejected on the producer's side, or by an organisation policy.",
                    "If that was not meant, accept the connection in the cloud; otherwise revoke this endpoint."
                )
            case .closedByProducer:
                (
                    .producer, "The producer's side closed the connection for good.",
                    "Revoke or release this endpoint and file a new request."
                )
            case .producerMustAct:
                (
                    .producer, "The connection is accepted, but the producer's side cannot serve it.",
                    "On Google, enlarge the service's NAT subnets: they have most likely run out of addresses. On AWS, see "
                        + "which of the endpoint's zones the service does not serve."
                )
            case .roomTaken:
                (
                    .consumer,
                    "Another endpoint of the same account, which nobody requested, uses the connection allowed here.",
                    "Delete that endpoint in the consumer's account, or file a request for it too."
                )
            case .unrequestedEndpoint:
                (
                    .consumer,
                    "Another endpoint of the same account, which nobody requested or which is not approved any more, waits "
                        + "at the service: the cloud lets in whole accounts, and room for this one would be room for that.",
                    "Delete that endpoint in the consumer's account, have a request for it approved, or name it if it is "
                        + "the one that was approved: this one goes on by itself then."
                )
            case .wrongNetwork:
                (
                    .consumer, "The endpoint stands in another network than the one that was approved.",
                    "Delete it and make it in the approved network, or release this endpoint and file a request for that one."
                )
            case .revocationIsCoarse:
                (
                    .consumer,
                    "The cloud has not cut this endpoint: it cuts whole accounts, and only where the service reconciles its "
                        + "accepted connections.",
                    "Delete the endpoint in the consumer's account; or turn reconcileConnections on, and revoke the "
                        + "account's other endpoints too."
                )
            case .unknownStatus:
                (
                    .postern,
                    "The cloud shows a status that this version of Postern does not know: \(nativeStatus ?? "none").",
                    "Look at the endpoint in the cloud's console, and report the status to Postern's developers."
                )
            }
        return Fault(code: rawValue, side: side, message: message, remedy: remedy, isRetryable: false, at: instant)
    }
}
