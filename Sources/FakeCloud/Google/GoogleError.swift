import Connectivity
import ControlPlane

extension CloudState {
    /// An error as Compute Engine words it: its `reason`, and the name of the operation that failed.
    mutating func googleError(_ kind: CloudError.Kind, _ reason: String, _ message: String) -> CloudError {
        CloudError(
            kind: kind, cloudCode: reason, message: message,
            cloudRequestID: "operation-\(now.milliseconds)-\(freshNumber().hex(16))")
    }

    mutating func googleNotFound(_ resource: String) -> CloudError {
        googleError(.notFound, "notFound", "The resource '\(resource)' was not found")
    }

    /// - Throws: `denied` if the project is not there: Google does not tell that from a missing permission.
    mutating func requireProject(_ id: String) throws(CloudError) {
        guard accounts[id]?.provider == .gcp else {
            throw googleError(
                .denied, "forbidden", "Permission denied on resource project \(id) (or it may not exist).")
        }
    }

    /// - Throws: `denied` if Postern may do nothing in the project.
    mutating func requireEntry(toProject id: String) throws(CloudError) {
        try requireProject(id)
        guard accounts[id]?.isBarred != true else {
            throw googleError(.denied, "forbidden", "Required permission is missing on resource project \(id).")
        }
    }
}

extension UInt64 {
    /// The low `digits` hexadecimal digits, with leading zeros.
    func hex(_ digits: Int) -> String {
        let text = String(self, radix: 16)
        return String((String(repeating: "0", count: 16) + text).suffix(digits))
    }
}
