import AsyncHTTPClient
import NIOSSL
import NIOFoundationCompat
enum StubCloudTransport {}
