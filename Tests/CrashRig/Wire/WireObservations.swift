package import Connectivity
package import ControlPlane

package struct WireNetwork: Codable, Sendable {
    let nativeID: String
    let name: String
    let region: String?
    let ranges: [CIDR]
    let subnets: [Subnet]

    package init(_ sighting: NetworkSighting) {
        nativeID = sighting.nativeID
        name = sighting.name
        region = sighting.region
        ranges = sighting.ranges
        subnets = sighting.subnets
    }

    var sighting: NetworkSighting {
        NetworkSighting(nativeID: nativeID, name: name, region: region, ranges: ranges, subnets: subnets)
    }
}

struct WireConnection: Codable, Sendable {
    let nativeID: String
    let account: String
    let network: String?
    let status: Connection.Status
    let nativeStatus: String
    let isServing: Bool

    init(_ connection: Connection) {
        nativeID = connection.nativeID
        account = connection.accountNativeID
        network = connection.networkNativeID
        status = connection.status
        nativeStatus = connection.nativeStatus
        isServing = connection.isServing
    }

    var connection: Connection {
        Connection(
            nativeID: nativeID, accountNativeID: account, networkNativeID: network, status: status,
            nativeStatus: nativeStatus, isServing: isServing)
    }
}

package struct WireServiceObservation: Codable, Sendable {
    private enum Condition: Codable, Sendable {
        case usable, changing
        case failed(String)
    }

    private let nativeID: String
    private let serviceName: String
    private let condition: Condition
    private let warnings: [Finding]
    private let connections: [WireConnection]

    package init(_ seen: ServiceObservation) {
        nativeID = seen.nativeID
        serviceName = seen.serviceName
        condition =
            switch seen.condition {
            case .usable: .usable
            case .changing: .changing
            case .failed(let reason): .failed(reason)
            }
        warnings = seen.warnings
        connections = seen.connections.map(WireConnection.init)
    }

    var observation: ServiceObservation {
        let condition: ServiceObservation.Condition =
            switch condition {
            case .usable: .usable
            case .changing: .changing
            case .failed(let reason): .failed(reason: reason)
            }
        return ServiceObservation(
            nativeID: nativeID, serviceName: serviceName, condition: condition, warnings: warnings,
            connections: connections.map(\.connection))
    }
}

package struct WireEndpointObservation: Codable, Sendable {
    private enum Standing: Codable, Sendable {
        case serviceMissing, absent, refused
        case admitted(limit: Int?)
    }

    private enum Condition: Codable, Sendable {
        case usable, deleting
        case failed(String)
    }

    private struct Native: Codable, Sendable {
        let nativeID: String
        let condition: Condition
        let addresses: [String]
        let dnsNames: [String]
    }

    private let admission: Standing
    private let cutsWholeAccounts: Bool
    private let endpoint: Native?
    private let fault: Fault?
    private let retryAfter: Duration?
    private let connection: WireConnection?
    private let unrequestedAccepted: Int
    private let unrequestedWaiting: Int
    private let acceptedBeside: Int

    package init(_ seen: EndpointObservation) {
        admission =
            switch seen.admission {
            case .serviceMissing: .serviceMissing
            case .absent: .absent
            case .refused: .refused
            case .admitted(let limit): .admitted(limit: limit)
            }
        cutsWholeAccounts = seen.revocationGrain == .perAccount
        endpoint = seen.endpoint.map { native in
            let condition: Condition =
                switch native.condition {
                case .usable: .usable
                case .deleting: .deleting
                case .failed(let reason): .failed(reason)
                }
            return Native(
                nativeID: native.nativeID, condition: condition, addresses: native.addresses,
                dnsNames: native.dnsNames)
        }
        fault = seen.hindrance?.fault
        retryAfter = seen.hindrance?.retryAfter
        connection = seen.connection.map(WireConnection.init)
        unrequestedAccepted = seen.unrequestedAccepted
        unrequestedWaiting = seen.unrequestedWaiting
        acceptedBeside = seen.acceptedBeside
    }

    var observation: EndpointObservation {
        let admission: Admission =
            switch admission {
            case .serviceMissing: .serviceMissing
            case .absent: .absent
            case .refused: .refused
            case .admitted(let limit): .admitted(limit: limit)
            }
        let endpoint = endpoint.map { native in
            let condition: NativeEndpoint.Condition =
                switch native.condition {
                case .usable: .usable
                case .deleting: .deleting
                case .failed(let reason): .failed(reason: reason)
                }
            return NativeEndpoint(
                nativeID: native.nativeID, condition: condition, addresses: native.addresses,
                dnsNames: native.dnsNames)
        }
        return EndpointObservation(
            admission: admission, revocationGrain: cutsWholeAccounts ? .perAccount : .perConnection,
            endpoint: endpoint, hindrance: fault.map { Hindrance($0, retryAfter: retryAfter) },
            connection: connection?.connection, unrequestedAccepted: unrequestedAccepted,
            unrequestedWaiting: unrequestedWaiting, acceptedBeside: acceptedBeside)
    }
}

package struct WireCloudError: Codable, Sendable {
    private let kind: CloudError.Kind
    private let code: String?
    private let message: String

    package init(_ error: CloudError) {
        kind = error.kind
        code = error.cloudCode
        message = error.message
    }

    var error: CloudError { CloudError(kind: kind, cloudCode: code, message: message) }
}
