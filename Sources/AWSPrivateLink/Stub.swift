import XMLCoder
import Crypto
enum StubAWSPrivateLink {}
