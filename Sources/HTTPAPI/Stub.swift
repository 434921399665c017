import Hummingbird
import HummingbirdTLS
import NIOHTTPCompression
import Yams
import Crypto
enum StubHTTP {}
