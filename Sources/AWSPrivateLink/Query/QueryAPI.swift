import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials
import Logging

/// One of AWS's query APIs: a signed form goes in, XML comes out.
struct QueryAPI: Sendable {
    /// The APIs that Postern speaks.
    enum Product: String, Sendable {
        case ec2, sts

        var version: String {
            switch self {
            case .ec2: "2016-11-15"
            case .sts: "2011-06-15"
            }
        }
    }

    let transport: any CloudCaller
    let endpoints: ServiceEndpoints
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// - Parameter credentials: nil for the few calls that are not signed.
    /// - Throws: `CloudError` for any answer but a success, classed, with AWS's own code and request id.
    func call<Reply: Decodable>(
        _ action: String, of product: Product, _ parameters: QueryForm, in region: Region,
        with credentials: AWSCredentials?, as reply: Reply.Type
    ) async throws(CloudError) -> Reply {
        var form = QueryForm(["Action": action, "Version": product.version])
        for field in parameters.fields { form.add(field.name, field.value) }
        var request = CloudRequest(
            method: .post, url: endpoints.url(of: product, in: region),
            headers: [
                "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "User-Agent": "postern",
            ], body: Data(form.encoded.utf8))
        if let credentials {
            let signature = SignatureV4(
                credentials: credentials, region: region.name, service: product.rawValue, instant: now())
            request = signature.sign(request)
        }
        let response = try await transport.send(request)
        guard response.status == 200 else {
            let error = AWSErrorReply(response).cloudError(of: action, now: now())
            log(action, in: region, response.status, code: error.cloudCode, requestID: error.cloudRequestID)
            throw error
        }
        log(action, in: region, response.status, code: nil, requestID: AWSErrorReply.requestID(in: response))
        return try XMLReply.decode(reply, from: response, of: action)
    }

    /// Names of what was called: no parameters, which may hold tokens, and no headers, which hold the signature.
    private func log(_ action: String, in region: Region, _ status: Int, code: String?, requestID: String?) {
        var metadata: Logger.Metadata = [
            "action": .string(action), "region": .string(region.name), "status": .stringConvertible(status),
        ]
        metadata["code"] = code.map { .string($0) }
        metadata["cloud_request_id"] = requestID.map { .string($0) }
        logger.debug("AWS call", metadata: metadata)
    }
}
