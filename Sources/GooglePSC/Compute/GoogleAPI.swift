import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials
import Logging

/// Calls to Google's JSON APIs with an access token.
struct GoogleAPI: Sendable {
    let settings: GoogleSettings
    let caller: any CloudCaller
    let tokens: BearerTokens
    let environment: Environment
    let logger: Logger

    /// Sends one call and gives the body of a success.
    /// - Parameters:
    ///   - resource: what the call is about, for the message of a failure.
    ///   - account: whose identity to call with.
    func send(
        _ method: CloudRequest.Method, _ url: String, body: Data? = nil, about resource: String,
        as account: CloudAccount, timeout: Duration = .seconds(30)
    ) async throws(CloudError) -> Data {
        var request = CloudRequest(method: method, url: url, timeout: timeout)
        if let body {
            request.body = body
            request.headers["Content-Type"] = "application/json"
        }
        var response = try await attempt(&request, as: account)
        if response.status == 401 {
            // A token may be revoked before its end: one fresh try tells.
            await tokens.forget(account.access.identity)
            response = try await attempt(&request, as: account)
        }
        if (200..<300).contains(response.status) { return response.body }
        let error = CloudError.google(response, about: resource, now: environment.now())
        logger.debug(
            "Google refused a call",
            metadata: [
                "method": "\(method.rawValue)", "resource": "\(resource)", "status": "\(response.status)",
                "code": "\(error.cloudCode ?? "")",
            ])
        throw error
    }

    private func attempt(
        _ request: inout CloudRequest, as account: CloudAccount
    ) async throws(CloudError) -> CloudResponse {
        try await tokens.token(for: account.access.identity).authorize(&request)
        return try await caller.send(request)
    }

    func decode<Value: Decodable>(_ type: Value.Type, from body: Data, about resource: String) throws(CloudError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw CloudError(
                kind: .unavailable, message: "Google's answer about \(resource) is not what its API document promises.")
        }
    }
}
