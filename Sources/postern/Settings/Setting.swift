/// A setting of the server, by its name in a settings file. The same name is a flag and an environment variable.
enum Setting: String, CaseIterable {
    case dataDir = "data_dir"
    case host
    case port
    case dev
    case behindProxy = "behind_proxy"
    case tlsCertificate = "tls_certificate"
    case tlsKey = "tls_key"
    case verifyLogInterval = "verify_log_interval"
    case groupCommit = "group_commit"
    case logLevel = "log_level"
    case logFormat = "log_format"
    case shutdownTimeout = "shutdown_timeout"

    var flag: String { "--" + rawValue.replacing("_", with: "-") }
    var environmentVariable: String { "POSTERN_" + rawValue.uppercased() }
}
