import Connectivity
import ControlPlane

/// What `POST /v1/endpoint-requests` takes.
struct RequestFiling: Sendable {
    let service: Reference<PublishedService>
    let networkID: ID<Network>
    let subnet: String
    let mode: Endpoint.Mode
    let nativeEndpointID: String?
    let requestedAddress: IPv4Address?
    let options: EndpointOptions
    let reason: String
    let ticket: String?
    let lasting: Duration?
    let until: Timestamp?

    static var format: BodyFormat<Self> {
        .object { fields in
            let service = fields.required("service", .reference() as BodyFormat<Reference<PublishedService>>)
            let network = fields.required("network_id", .id() as BodyFormat<ID<Network>>)
            let subnet = fields.required("subnet", .subnet)
            let mode = fields.defaulted("mode", .word(), to: Endpoint.Mode.managed)
            let nativeID = fields.optional("native_endpoint_id", .nativeID)
            let address = fields.optional("requested_address", .address)
            let options = fields.defaulted("options", EndpointOptions.format, to: EndpointOptions())
            let reason = fields.required("reason", .reason)
            let ticket = fields.optional("ticket", .line)
            let lasting = fields.optional("lifetime_seconds", .seconds(.seconds(1) ... .longestLifetime))
            let until = fields.optional("until", .time)
            guard let service, let network, let subnet, let mode, let options, let reason else { return nil }
            return Self(
                service: service, networkID: network, subnet: subnet, mode: mode, nativeEndpointID: nativeID,
                requestedAddress: address, options: options, reason: reason, ticket: ticket, lasting: lasting,
                until: until)
        }
    }

    /// - Throws: `unprocessable` if it tells two lifetimes.
    var filing: EndpointRequests.Filing {
        get throws(ControlPlaneError) {
            EndpointRequests.Filing(
                service: service, networkID: networkID, subnet: subnet, mode: mode, nativeEndpointID: nativeEndpointID,
                requestedAddress: requestedAddress, options: options, reason: reason, ticket: ticket,
                lifetime: try lifetime)
        }
    }

    private var lifetime: EndpointRequest.Lifetime {
        get throws(ControlPlaneError) {
            switch (lasting, until) {
            case (nil, nil): .untilRevoked
            case (let duration?, nil): .lasting(duration)
            case (nil, let end?): .until(end)
            case (_?, _?):
                throw ControlPlaneError(
                    .unprocessable, "The request is well formed, but tells two lifetimes.",
                    faults: [.init(pointer: "/until", detail: "cannot stand beside lifetime_seconds")])
            }
        }
    }
}

extension EndpointOptions {
    static var format: BodyFormat<Self> {
        .object { fields in
            let subnets = fields.defaulted("additional_subnets", .array(of: .subnet, 0...10), to: [])
            let groups = fields.defaulted("security_groups", .array(of: .securityGroup, 0...10), to: [])
            let privateDNS = fields.defaulted("private_dns", .boolean, to: false)
            let addressType = fields.optional("ip_address_type", .word() as BodyFormat<IPAddressType>)
            let globalAccess = fields.defaulted("global_access", .boolean, to: false)
            guard let subnets, let groups, let privateDNS, let globalAccess else { return nil }
            return Self(
                additionalSubnets: subnets, securityGroups: groups, privateDNS: privateDNS, ipAddressType: addressType,
                globalAccess: globalAccess)
        }
    }
}

/// What `POST /v1/endpoint-requests/{id}/approvals` takes.
struct Decision: Sendable {
    let verdict: Approval.Verdict
    let reason: String

    static var format: BodyFormat<Self> {
        .object { fields in
            let verdict = fields.required("verdict", .word() as BodyFormat<Approval.Verdict>)
            let reason = fields.required("reason", .reason)
            guard let verdict, let reason else { return nil }
            return Self(verdict: verdict, reason: reason)
        }
    }
}
