import FoundationEssentials

/// The profiles of `~/.aws/config` and `~/.aws/credentials`. Files are read anew each time: people rotate keys in them.
struct SharedProfiles: Sendable {
    /// `AWS_PROFILE`, else `default`.
    let selectedName: String
    private let configPath: String?
    private let credentialsPath: String?

    init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = value("HOME")
        func path(_ name: String, _ file: String) -> String? {
            guard let path = value(name) else { return home.map { "\($0)/.aws/\(file)" } }
            return path.hasPrefix("~/") ? home.map { $0 + path.dropFirst() } : path
        }
        selectedName = value("AWS_PROFILE") ?? value("AWS_DEFAULT_PROFILE") ?? "default"
        configPath = path("AWS_CONFIG_FILE", "config")
        credentialsPath = path("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    /// The settings of the selected profile; none if there is no such profile.
    var selected: [String: String] { self[selectedName] ?? [:] }

    /// The settings of a profile from both files; those of the credentials file stand above.
    subscript(name: String) -> [String: String]? {
        let config = Self.read(configPath)
        let fromConfig = config["profile \(name)"] ?? (name == "default" ? config["default"] : nil)
        let fromCredentials = Self.read(credentialsPath)[name]
        guard fromConfig != nil || fromCredentials != nil else { return nil }
        return (fromConfig ?? [:]).merging(fromCredentials ?? [:]) { _, credential in credential }
    }

    private static func read(_ path: String?) -> [String: [String: String]] {
        guard let path, let data = try? Data(contentsOf: URL(filePath: path)), data.count < 1 << 20 else { return [:] }
        return parse(String(decoding: data, as: UTF8.self))
    }

    /// Sections of `name = value` lines. Indented lines belong to nested settings, which Postern does not use.
    static func parse(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let isNested = line.first == " " || line.first == "\t"
            let content = trim(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
                let name = content[content.index(after: content.startIndex)..<end]
                    .split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
                    .filter { $0 != "\"" }
                sections[name, default: [:]].merge([:]) { old, _ in old }
                current = name
            } else if !isNested, let current, let separator = content.firstIndex(of: "=") {
                let value = content[content.index(after: separator)...]
                // A comment starts at a `#` or `;` after white space.
                let comment = value.firstMatch(of: /\s[#;]/)?.range.lowerBound ?? value.endIndex
                sections[current, default: [:]][trim(content[..<separator]).lowercased()] = trim(value[..<comment])
            }
        }
        return sections
    }

    private static func trim(_ text: Substring) -> String {
        let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? start
        return String(text[start..<max(start, end)])
    }

    private static func trim(_ text: String) -> String { trim(text[...]) }
}
