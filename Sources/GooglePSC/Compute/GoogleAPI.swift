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

    /// Sends one call and reads the answer of a success.
    /// - Parameters:
    ///   - resource: what the call is about, for the message of a failure.
    ///   - party: whose identity to call with, and on whose side a failure is.
    func send<Answer: Decodable>(
        _ method: CloudRequest.Method, _ url: String, body: Data? = nil, for type: Answer.Type,
        about resource: String, as party: Party, timeout: Duration = .seconds(30)
    ) async throws(CloudError) -> Answer {
        do throws(CloudError) {
            let answer = try await send(
                method, url, body: body, about: resource, with: party.account.access.identity, timeout: timeout)
            return try decode(type, from: answer, about: resource)
        } catch {
            throw error.on(party.side)
        }
    }

    private func send(
        _ method: CloudRequest.Method, _ url: String, body: Data?, about resource: String, with identity: String?,
        timeout: Duration
    ) async throws(CloudError) -> Data {
        var request = CloudRequest(method: method, url: url, timeout: timeout)
        if let body {
            request.body = body
            request.headers["Content-Type"] = "application/json"
        }
        let token = try await tokens.token(for: identity)
        var response = try await attempt(&request, with: token)
        if response.status == 401 {
            // A token may be revoked before its end: one fresh try tells.
            await tokens.forget(token, of: identity)
            response = try await attempt(&request, with: tokens.token(for: identity))
        }
        if (200..<300).contains(response.status) { return response.body }
        let error = CloudError.google(response, about: resource, now: environment.now())
        logger.debug(
            "Google refused a call",
            metadata: [
                "method": "\(method.rawValue)", "resource": "\(resource)", "status": "\(response.status)",
                "code": "\(error.cloudCode ?? "")",
            ])
        // Without another identity it is Postern's own token that is not taken.
        throw error.isRefusedToken && identity == nil ? error.on(.postern) : error
    }

    private func attempt(
        _ request: inout CloudRequest, with token: BearerToken
    ) async throws(CloudError) -> CloudResponse {
        token.authorize(&request)
        return try await caller.send(request)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, from body: Data, about resource: String)
        throws(CloudError)
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
