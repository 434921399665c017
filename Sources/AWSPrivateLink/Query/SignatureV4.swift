import CloudTransport
import Connectivity
import Crypto
import FoundationEssentials

/// AWS Signature Version 4 in the `Authorization` header.
struct SignatureV4 {
    let credentials: AWSCredentials
    let region: String
    /// The name by which the service signs: `ec2`, `sts`.
    let service: String
    let instant: Timestamp

    /// `request` with the headers that sign it. Its URL is signed as it is.
    func sign(_ request: CloudRequest) -> CloudRequest {
        var signed = request
        signed.headers["X-Amz-Date"] = stamp
        signed.headers["X-Amz-Security-Token"] = credentials.sessionToken
        let target = Target(url: request.url)
        let headers = canonicalHeaders(signed, host: target.host)
        let names = headers.map(\.name).joined(separator: ";")
        let canonical = [
            request.method.rawValue, target.canonicalPath, target.canonicalQuery,
            headers.map { "\($0.name):\($0.value)\n" }.joined(), names, hex(SHA256.hash(data: request.body ?? Data())),
        ].joined(separator: "\n")
        let text = ["AWS4-HMAC-SHA256", stamp, scope, hex(SHA256.hash(data: Data(canonical.utf8)))]
            .joined(separator: "\n")
        let signature = hex(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
        signed.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return signed
    }

    /// `20261125T074500Z`
    private var stamp: String { String(instant.description.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z" }
    private var day: Substring { stamp.prefix(8) }
    private var scope: String { "\(day)/\(region)/\(service)/aws4_request" }

    private var key: SymmetricKey {
        var key = SymmetricKey(data: Data("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [String(day), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        return key
    }

    /// Sorted by name; runs of spaces within values are one.
    private func canonicalHeaders(_ request: CloudRequest, host: String) -> [(name: String, value: String)] {
        let own = request.headers.fields.map { field in
            (
                name: field.name.lowercased(),
                value: field.value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            )
        }
        // Proxies may change what a client calls itself.
        let kept = own.filter { $0.name != "host" && $0.name != "user-agent" }
        return (kept + [(name: "host", value: host)]).sorted { $0.name < $1.name }
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// A URL taken apart, as far as the signature goes.
    private struct Target {
        let host: String
        let canonicalPath: String
        let canonicalQuery: String

        init(url: String) {
            let isSecure = url.hasPrefix("https:")
            let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            // What the HTTP client sends as Host: without the scheme's own port.
            let ownPort = isSecure ? ":443" : ":80"
            host = authority.hasSuffix(ownPort) ? String(authority.dropLast(ownPort.count)) : String(authority)
            let target = rest[authority.endIndex...]
            let path = String(target.prefix { $0 != "?" })
            canonicalPath = (path.isEmpty ? "/" : path).percentEncoded(sparing: "/")
            canonicalQuery = target.dropFirst(path.count + 1).split(separator: "&")
                .map { pair -> (String, String) in
                    let name = pair.prefix { $0 != "=" }
                    return (String(name), String(pair.dropFirst(name.count + 1)))
                }
                .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        }
    }
}
