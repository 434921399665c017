/// An access key. Its description tells nothing: it may end up in a log.
struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?

    init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    var description: String { "AWS credentials" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
