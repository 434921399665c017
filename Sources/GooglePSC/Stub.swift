import JWTKit
import Crypto
enum StubGooglePSC {}
