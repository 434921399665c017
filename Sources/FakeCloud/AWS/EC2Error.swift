import Connectivity
import ControlPlane

/// One of `Unsuccessful[]` in the answer to a batch call: the call as such succeeds.
struct UnsuccessfulItem: Hashable, Sendable {
    let resourceID: String
    let error: CloudError
}

extension CloudState {
    /// An error as EC2 words it, with the id of the request.
    mutating func ec2Error(_ kind: CloudError.Kind, _ code: String, _ message: String) -> CloudError {
        let (high, low) = (freshNumber().hex(16), freshNumber().hex(16))
        let id = [high.prefix(8), high.dropFirst(8).prefix(4), high.suffix(4), low.prefix(4), low.suffix(12)]
        return CloudError(
            kind: kind, cloudCode: code, message: message, cloudRequestID: id.joined(separator: "-"))
    }

    /// - Throws: `denied` if the account is not there: its role cannot be assumed.
    mutating func requireAWSAccount(_ id: String) throws(CloudError) {
        guard accounts[id]?.provider == .aws else {
            throw ec2Error(
                .denied, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on account \(id)")
        }
    }

    /// - Throws: `denied` if Postern may do nothing in the account.
    mutating func requireEntry(toAWSAccount id: String) throws(CloudError) {
        try requireAWSAccount(id)
        guard accounts[id]?.isBarred != true else {
            throw ec2Error(.denied, "UnauthorizedOperation", "You are not authorized to perform this operation.")
        }
    }

    /// An id such as `vpce-0a1b2c3d4e5f60718`.
    mutating func freshEC2ID(_ prefix: String) -> String { "\(prefix)-0\(freshNumber().hex(16))" }
}
