import NIOHTTP1
import NIOHTTPCompression

/// Gzip for replies that are worth it. Validators stay as they are: an `ETag` is the revision of the thing, and must
/// work in `If-Match` however the reply that told it was encoded.
enum ContentCoding {
    /// Smaller bodies travel in one packet anyway.
    static let threshold = 1024

    static func compressor() -> HTTPResponseCompressor {
        HTTPResponseCompressor { head, isSupported in
            guard let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > threshold,
                !head.headers.contains(name: "Content-Encoding")
            else { return .doNotCompress }
            head.headers.add(name: "Vary", value: "Accept-Encoding")
            return isSupported ? .compressIfPossible : .doNotCompress
        }
    }

    /// Reduces what the client accepts to what the compressor shall do: it reads the field loosely, and would prefer
    /// `deflate`, which clients decode in two ways.
    static func settle(_ headers: inout HTTPHeaders) {
        let accepted = headers[canonicalForm: "Accept-Encoding"]
        if accepted.isEmpty { return }
        headers.replaceOrAdd(name: "Accept-Encoding", value: acceptsGzip(accepted) ? "gzip" : "identity")
    }

    /// - Parameter accepted: the members of `Accept-Encoding`: `gzip;q=0.5`.
    static func acceptsGzip(_ accepted: [Substring]) -> Bool {
        var wildcard = false
        for member in accepted {
            let parts = member.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let coding = parts.first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if coding == "gzip" || coding == "x-gzip" { return quality > 0 }
            if coding == "*" { wildcard = quality > 0 }
        }
        return wildcard
    }
}
