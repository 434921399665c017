import NIOCore
import NIOHTTP1

/// A request as far as it has arrived.
struct IncomingRequest {
    let head: HTTPRequestHead
    private(set) var body: ByteBuffer?

    init(head: HTTPRequestHead) { self.head = head }

    /// Copies the bytes: what came in with them is not kept.
    mutating func append(_ bytes: ByteBuffer) {
        if body == nil { body = ByteBuffer() }
        body?.writeImmutableBuffer(bytes)
    }
}
