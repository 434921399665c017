import Connectivity
import ControlPlane

/// A request with what its own record does not tell: how many approvals it has.
struct RequestView: Resource, Listed {
    let request: EndpointRequest
    private let approvals: Int

    /// Approvals are counted only where some can be there: most requests need a single one, and then none is.
    init(_ request: EndpointRequest, in reader: any StoreReader) throws {
        self.request = request
        approvals =
            request.state == .pending && request.approvalsRequired > 1
            ? try reader.approvals(of: request.id).count { $0.verdict == .approve } : 0
    }

    var path: String { EndpointRequest.path(of: request.id) }
    var tag: String? { ETag.text(request.revision) }
    var position: ID<EndpointRequest> { request.id }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", request.id)
            json.member("origin", request.origin)
            json.member("service_id", request.serviceID)
            json.member("producer_team_id", request.producerTeamID)
            json.member("consumer_team_id", request.consumerTeamID)
            json.member("account_id", request.accountID)
            json.member("network_id", request.networkID)
            json.member("subnet", request.subnet)
            json.member("mode", request.mode)
            json.member("native_endpoint_id", request.nativeEndpointID)
            json.member("requested_address", request.requestedAddress)
            json.member("options", request.options)
            json.member("reason", request.reason)
            json.member("ticket", request.ticket)
            json.member("lifetime_seconds", request.lifetime.seconds)
            json.member("until", request.lifetime.until)
            json.member("state", request.state)
            json.member("approvals_required", request.approvalsRequired)
            json.member("findings", request.findings)
            json.member("requested_by", request.requestedBy)
            json.member("waiting_on", request.waitingOn(approvals: approvals))
            json.member("created_at", request.createdAt)
            json.member("expires_at", request.expiresAt)
            json.member("resolved_at", request.resolvedAt)
            json.member("endpoint_id", request.endpointID)
            json.member("updated_at", request.updatedAt)
            json.member("revision", request.revision)
        }
    }
}

extension EndpointRequest {
    static func path(of id: ID<EndpointRequest>) -> String { "/v1/endpoint-requests/\(id)" }
}

extension EndpointRequest.Lifetime {
    fileprivate var seconds: Int? {
        if case .lasting(let duration) = self { duration.wholeSeconds } else { nil }
    }

    fileprivate var until: Timestamp? {
        if case .until(let end) = self { end } else { nil }
    }
}
