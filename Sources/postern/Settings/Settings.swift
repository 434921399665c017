import Logging

/// How the server is to run, checked: values that go together fit.
struct Settings {
    let dataDirectory: String
    let host: String
    let port: Int
    /// Fake clouds and a seeded demo, for trying Postern out.
    let isDevelopment: Bool
    /// A proxy in front ends TLS and tells who calls.
    let isBehindProxy: Bool
    let tls: TLSFiles?
    /// Whether concurrent changes share one durable commit. Off only to find out what it is worth.
    let groupCommit: Bool
    /// From the end of one check of the whole log of events to the beginning of the next.
    let verifyLogInterval: Duration
    let log: LogSettings
    /// How long a stop may take until what still runs is cut off.
    let shutdownTimeout: Duration

    struct TLSFiles {
        let certificate: String
        let key: String
    }

    init(_ reader: SettingsReader) throws(SettingsFault) {
        let path = "a path", switchValue = "true or false"
        dataDirectory = try reader.value(of: .dataDir, path, Self.nonEmpty) ?? "data"
        host = try reader.value(of: .host, "an address", Self.nonEmpty) ?? "127.0.0.1"
        port = try reader.value(of: .port, "a port from 0 to 65535") { Self.number($0, in: 0...65_535) } ?? 8080
        isDevelopment = try reader.value(of: .dev, switchValue, Self.truth) ?? false
        isBehindProxy = try reader.value(of: .behindProxy, switchValue, Self.truth) ?? false
        groupCommit = try reader.value(of: .groupCommit, switchValue, Self.truth) ?? true
        verifyLogInterval = .seconds(
            try reader.value(of: .verifyLogInterval, "a number of seconds from 1 to 2592000") {
                Self.number($0, in: 1...2_592_000)
            } ?? 3600)
        log = try LogSettings(reader)
        shutdownTimeout = .seconds(
            try reader.value(of: .shutdownTimeout, "a number of seconds from 1 to 3600") {
                Self.number($0, in: 1...3600)
            } ?? 10)
        let certificate = try reader.value(of: .tlsCertificate, path, Self.nonEmpty)
        let key = try reader.value(of: .tlsKey, path, Self.nonEmpty)
        tls = try Self.pair(certificate, key)
        try refuseUnsafeAddress()
    }

    private static func pair(_ certificate: String?, _ key: String?) throws(SettingsFault) -> TLSFiles? {
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (.some, nil): throw Self.misfit("tls_certificate is set and tls_key is not: TLS needs both")
        case (nil, .some): throw Self.misfit("tls_key is set and tls_certificate is not: TLS needs both")
        }
    }

    /// Tokens travel in every request, so that nobody but this machine may be able to listen in.
    private func refuseUnsafeAddress() throws(SettingsFault) {
        guard !isLoopback else { return }
        if isDevelopment {
            throw Self.misfit(
                "dev mode serves this machine only: set host to 127.0.0.1 instead of \(host), or leave --dev out")
        }
        if tls == nil, !isBehindProxy {
            throw Self.misfit(
                "\(host) is reachable from other machines, and tokens would cross the network unencrypted: set "
                    + "tls_certificate and tls_key, or say --behind-proxy if a proxy in front does TLS")
        }
    }

    private var isLoopback: Bool { host == "localhost" || host == "::1" || Self.isLoopbackIPv4(host) }

    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    private static func misfit(_ message: String) -> SettingsFault { SettingsFault(place: .file, message: message) }

    static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}

extension Settings {
    /// The one database file.
    var databasePath: String { dataDirectory + "/postern.db" }
}

/// What is logged, and in which form.
struct LogSettings {
    enum Format: String, CaseIterable {
        case text, json
    }

    let level: Logger.Level
    let format: Format

    init(_ reader: SettingsReader) throws(SettingsFault) {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        level = try reader.value(of: .logLevel, "one of \(levels)") { Logger.Level(rawValue: $0.lowercased()) } ?? .info
        format = try reader.value(of: .logFormat, "text or json") { Format(rawValue: $0.lowercased()) } ?? .text
    }
}
