public import ControlPlane

/// Sends calls to a cloud: the real network, or what a test puts in its place.
public protocol CloudCaller: Sendable {
    /// - Throws: only `unavailable`, and only if there is no whole answer. An answer of any status is no error here.
    func send(_ request: CloudRequest) async throws(CloudError) -> CloudResponse
}
