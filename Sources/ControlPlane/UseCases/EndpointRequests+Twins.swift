import Connectivity

/// One endpoint in the cloud stands for one approval at a time: two would make room for a second endpoint that nobody
/// allowed, and closing one would cut the other.
extension EndpointRequests {
    /// - Throws: `duplicateRequest` if the account has a pending request or an open endpoint for `nativeID` already.
    func requireNoRequest(
        for nativeID: String, of account: CloudAccount, at service: PublishedService, in reader: any StoreReader
    ) throws {
        if let twin = try openEndpoint(nativeID, of: account.id, at: service.id, in: reader) {
            throw ControlPlaneError(
                .duplicateRequest, "\(nativeID) stands for \(twin.id) already, which is not closed.",
                existing: twin.requestID)
        }
        guard let pending = try reader.findRequest(service: service.id, nativeEndpointID: nativeID),
            pending.accountID == account.id, pending.state == .pending
        else { return }
        throw ControlPlaneError(
            .duplicateRequest, "\(nativeID) is asked for already: see \(pending.id), which is pending.",
            existing: pending.id)
    }

    /// The open endpoint that stands for the cloud's endpoint which `request` names.
    func openTwin(of request: EndpointRequest, in reader: any StoreReader) throws -> Endpoint? {
        guard let nativeID = request.nativeEndpointID else { return nil }
        return try openEndpoint(nativeID, of: request.accountID, at: request.serviceID, in: reader)
    }

    private func openEndpoint(
        _ nativeID: String, of account: ID<CloudAccount>, at service: ID<PublishedService>, in reader: any StoreReader
    ) throws -> Endpoint? {
        try reader.openEndpoints(of: service, account: account).first { $0.observed.nativeID == nativeID }
    }
}

extension Endpoint {
    /// Why a second approval for the same endpoint in the cloud is refused.
    var refusal: ControlPlaneError {
        ControlPlaneError(
            .notPossibleNow,
            "\(observed.nativeID ?? "The endpoint") stands for \(id) already, which is not closed: reject this request."
        )
    }
}
