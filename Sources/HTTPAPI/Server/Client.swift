import HTTPTypes
import Hummingbird
import NIOCore

/// Who is at the other end. What a proxy tells counts only if there is one of ours: anyone can send its headers.
struct Client {
    let address: String
    let scheme: String

    init(_ request: Request, peer: SocketAddress?, behindProxy: Bool) {
        var address = peer?.ipAddress ?? "-"
        var scheme = request.head.scheme ?? "http"
        if behindProxy {
            // The proxy appends what it saw itself; what stands before that came from the client.
            if let last = request.headers[.xForwardedFor]?.split(separator: ",").last {
                let told = String(last.filter { $0 != " " })
                if Self.isAddress(told) { address = told }
            }
            if let told = request.headers[.xForwardedProto]?.lowercased(), told == "https" || told == "http" {
                scheme = told
            }
        }
        self.address = address
        self.scheme = scheme
    }

    private static func isAddress(_ text: String) -> Bool {
        (2...45).contains(text.utf8.count) && text.utf8.allSatisfy { ".:abcdefABCDEF0123456789".utf8.contains($0) }
    }
}
