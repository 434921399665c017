import ArgumentParser
import FoundationEssentials

/// Where the settings file is and where the data is: what every command takes.
struct StorageOptions: ParsableArguments {
    @Option(help: "A settings file in YAML.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The folder of the database (default: data).", completion: .directory)
    var dataDir: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
    var logLevel: String?

    @Option(help: "text or json (default: text).")
    var logFormat: String?

    /// The settings that these flags, the environment and the file add up to.
    func settings(adding serving: [Setting: String] = [:]) throws(SettingsFault) -> Settings {
        var flags = serving
        flags[.dataDir] = dataDir
        flags[.logLevel] = logLevel
        flags[.logFormat] = logFormat
        let environment = ProcessInfo.processInfo.environment
        var file: SettingsFile?
        if let path = config ?? environment["POSTERN_CONFIG"].flatMap(Settings.nonEmpty) {
            file = try SettingsFile(path: path)
        }
        return try Settings(SettingsReader(flags: flags, environment: environment, file: file))
    }
}

/// How to serve.
struct ServingOptions: ParsableArguments {
    @Option(help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one (default: 8080).")
    var port: String?

    @Flag(inversion: .prefixedNo, help: "Fake clouds and a seeded demo, on this machine only.")
    var dev: Bool?

    @Flag(inversion: .prefixedNo, help: "A proxy in front does TLS and tells who calls.")
    var behindProxy: Bool?

    @Option(help: "A PEM file: the server's certificate, and the chain to its root.", completion: .file())
    var tlsCertificate: String?

    @Option(help: "A PEM file: the certificate's key.", completion: .file())
    var tlsKey: String?

    @Option(help: "Seconds from one check of the whole log of events to the next (default: 3600).")
    var verifyLogInterval: String?

    @Flag(inversion: .prefixedNo, help: "Concurrent changes share one durable commit (default; off to measure it).")
    var groupCommit: Bool?

    @Option(help: "Seconds that a stop may take (default: 10).")
    var shutdownTimeout: String?

    var flags: [Setting: String] {
        var flags: [Setting: String] = [:]
        flags[.host] = host
        flags[.port] = port
        flags[.dev] = dev.map(String.init)
        flags[.behindProxy] = behindProxy.map(String.init)
        flags[.tlsCertificate] = tlsCertificate
        flags[.tlsKey] = tlsKey
        flags[.verifyLogInterval] = verifyLogInterval
        flags[.groupCommit] = groupCommit.map(String.init)
        flags[.shutdownTimeout] = shutdownTimeout
        return flags
    }
}
